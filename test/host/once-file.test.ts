import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { manifest } from '../../src/host/manifest.ts'
import { onceFile } from '../../src/host/once-file.ts'
import { plan, service } from './given.ts'

const image = 'ghcr.io/acme/shop@sha256:1'
const read = (text: string) => parse(text.replaceAll(/!(reset|override)/g, ''))

test('what runs once has nothing by which anybody would take it for its service', () => {
  const web = service('web', image, { networks: ['front', 'back'], announced: ['VIRTUAL_HOST'] })
  const text = onceFile(plan([web, service('db', image), service('off', image, { replicas: 0 })]))
  const nobodys = { container_name: null, hostname: null, mac_address: null, ports: null, restart: null, healthcheck: null, scale: null }
  const db = { labels: { 'traefik.enable': 'false' }, ...nobodys }
  expect(read(text).services).toEqual({ web: { ...db, networks: ['front', 'back'], environment: { VIRTUAL_HOST: '' } }, db })
  // Compose takes away what is marked so, and adds to everything else.
  expect(text.match(/\w+: !reset null/g)).toHaveLength(2 * Object.keys(nobodys).length)
  expect(text.match(/\w+: !override/g)).toEqual(['labels: !override', 'networks: !override', 'labels: !override'])
})

test('a host on which nothing runs has an empty one', () => expect(read(onceFile(plan([])))).toEqual({ services: {} }))

test('paths that containers are given stand in the manifest, each once', () => {
  const given = plan([service('web', image, { binds: ['a b', 'data'] }), service('db', image, { binds: ['data'] })])
  const lines = manifest(given, []).split('\n')
  expect(lines.filter((line) => line.startsWith('bind '))).toEqual(
    ['a b', 'data'].map((path) => `bind ${Buffer.from(path).toString('base64')}`),
  )
})
