import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readModel } from '../../src/plan/model.ts'
import { obstaclesTo } from '../../src/plan/start-first.ts'
import { good, parseProject } from '../config/given.ts'

const examples = 'docs/examples/no-dropped-request'
const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const composeFile = z.object({ services: z.object({ proxy: z.looseObject({ image: z.string() }), web: z.looseObject({}) }) })

test.each(folders.map(({ name }) => name))('the example for %s starts its web server first, and nothing prevents it', (name) => {
  const file = good(parseProject(readFileSync(join(examples, name, '.github/landfall.yml'), 'utf8')))
  const { services } = composeFile.parse(parse(readFileSync(join(examples, name, 'compose.yml'), 'utf8')))
  const { rollout, verify } = file.environments.production ?? {}
  expect(Object.keys(rollout?.startFirst ?? {})).toEqual(['web'])
  expect(obstaclesTo(['web'], readModel({ services: { web: services.web } }), verify ?? {}, [])).toEqual([])
  expect(services.proxy.image).toMatch(new RegExp(`^${name}:`))
})

test('there is one for each proxy that the documentation names', () =>
  expect(folders.map(({ name }) => name).sort()).toEqual(['caddy', 'haproxy', 'nginx', 'traefik']))
