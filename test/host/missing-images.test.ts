import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { encloseLogins } from '../../src/host/bundle.ts'
import { pull } from '../../src/host/commands.ts'
import { bareHost } from './bare-host.ts'

const script = new URL('../../src/host/landfall-shell.sh', import.meta.url).pathname
const digest = (letter: string) => `sha256:${letter.repeat(64)}`

/** What Compose is told to pull on a host whose Docker has these images. */
async function pulled({ planned, present }: { planned: string[]; present: string[] }): Promise<string[]> {
  const host = await bareHost({ script, path: process.env.PATH ?? '' }, present)
  onTestFinished(() => host.remove())
  const release = join(host.root, 'shop/production/releases/1')
  mkdirSync(release, { recursive: true })
  writeFileSync(join(release, 'manifest'), planned.map((image) => `image ${image}\n`).join(''))
  const told = await host.send(pull({ project: 'shop', environment: 'production', generation: 1 }, host.by(), encloseLogins([])))
  expect(told).toMatchObject({ ending: 'ok', stdout: '{"type":"pulled"}\n' })
  return host.composed().flatMap((line) => line.split(' pull ')[1]?.trim().split(' ') ?? [])
}

test.each([
  ['nothing of what is there', [`ghcr.io/acme/shop@${digest('a')}`], [`ghcr.io/acme/shop@${digest('a')}`], []],
  [
    'what is missing, by its number',
    [`postgres@${digest('b')}`, `ghcr.io/acme/shop@${digest('a')}`],
    [`postgres@${digest('b')}`],
    ['image-1'],
  ],
  ['everything on a blank host', [`postgres@${digest('b')}`, `shop@${digest('a')}`], [], ['image-0', 'image-1']],
  ['what is there under another digest only', [`acme/shop@${digest('a')}`], [`acme/shop@${digest('b')}`], ['image-0']],
  ['what is there from another repository only', [`acme/shop@${digest('a')}`], [`acme/fork@${digest('a')}`], ['image-0']],
])('a pull asks the registry for %s', async (_what, planned, present, expected) =>
  expect(await pulled({ planned, present })).toEqual(expected),
)

test.each([
  `docker.io/library/postgres@${digest('b')}`,
  `library/postgres@${digest('b')}`,
  `index.docker.io/library/postgres@${digest('b')}`,
])('an image that is there under its short name is not pulled again: %s', async (image) =>
  expect(await pulled({ planned: [image], present: [`postgres@${digest('b')}`] })).toEqual([]),
)
