import { expect, test } from 'vitest'
import { matches } from '../../src/domain/glob.ts'
import { good, parseProject } from '../config/given.ts'
import { files, read, stepWith, workflow } from './repository.ts'

/** Built for real in example.lab.test.ts, on stand-ins for its base; what only its own base would show is looked at here. */

const dockerfile = read('Dockerfile')
const all = (instruction: string) => [...dockerfile.matchAll(new RegExp(`^${instruction} +(.+)$`, 'gm'))].map(([, rest = '']) => rest)
const copied = all('COPY')
  .map((line) => line.split(/ +/))
  .filter(([first]) => !first?.startsWith('--from'))
  .flatMap((words) => words.slice(0, -1))
const within = (path: string) => Object.keys(files()).filter((file) => file === path || file.startsWith(`${path}/`))

test('what is copied is there, and nothing else is sent to the builder', () => {
  const [first, ...admitted] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(first).toBe('*')
  expect(new Set(admitted)).toEqual(new Set(copied.map((path) => `!${path}`)))
  expect(copied.filter((path) => within(path).length === 0)).toEqual([])
})

test('`paths` of the image names all it is made of, and nothing else', () => {
  const made = ['Dockerfile', '.dockerignore', ...copied.flatMap(within)].sort()
  const patterns = good(parseProject(read('.github/landfall.yml'))).images.web?.paths ?? []
  expect(Object.keys(files()).filter((path) => patterns.some((pattern) => matches(pattern, path)))).toEqual(made)
})

test('it has stages, its Node is the one its tests run on, and it does not run as root', () => {
  expect(all('FROM')).toEqual(['${NODE} AS libraries', '${NODE}'])
  const major = /^NODE=node:(\d+)-/.exec(all('ARG')[0] ?? '')?.[1]
  expect(String(stepWith(workflow().jobs.test, 'actions/setup-node').with?.['node-version'])).toBe(major)
  expect(all('USER')).toEqual(['node'])
})

test('its health check needs nothing but Node', () => {
  const command = /CMD \["node", "(\S+)"\]$/.exec(all('HEALTHCHECK')[0] ?? '')
  expect(Object.keys(files())).toContain(command?.[1])
})

test('the commit comes last, so that everything above it is taken from the cache', () => {
  const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]/.test(line))
  expect(instructions.slice(-3)).toEqual([
    'ARG REVISION=unknown',
    'ENV REVISION=${REVISION}',
    'LABEL org.opencontainers.image.revision=${REVISION}',
  ])
})
