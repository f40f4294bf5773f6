import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const script = new URL('../../src/host/landfall-shell.sh', import.meta.url).pathname
const digest = (letter: string) => `sha256:${letter.repeat(64)}`

/** What Compose is told to pull on a host whose Docker has these images. */
function pulled({ planned, present }: { planned: string[]; present: string[] }): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-images-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const release = join(folder, 'root/shop/production/releases/1')
  mkdirSync(release, { recursive: true })
  writeFileSync(join(folder, 'root/shop/production/generation'), '1\n')
  writeFileSync(join(release, 'manifest'), planned.map((image) => `image ${image}\n`).join(''))
  writeFileSync(join(folder, 'present'), present.map((image) => `${image}\n`).join(''))
  writeFileSync(join(folder, 'pulled'), '')
  // Both of Docker's clients: the engine's tells what is there, Compose's plugin notes what it is to pull.
  const plugins = join(folder, '.docker/cli-plugins')
  mkdirSync(plugins, { recursive: true })
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\ncat ${folder}/present\n`, { mode: 0o755 })
  writeFileSync(
    join(plugins, 'docker-compose'),
    `#!/bin/sh\nwhile [ "$1" != pull ]; do shift; done\nshift\necho "$@" >${folder}/pulled\n`,
    {
      mode: 0o755,
    },
  )
  const result = spawnSync('/bin/sh', [script, '--root', join(folder, 'root')], {
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, SSH_ORIGINAL_COMMAND: 'pull shop production 1 60' },
    input: '-\n',
  })
  expect(result.stdout.toString()).toBe('{"type":"pulled"}\n')
  return readFileSync(join(folder, 'pulled'), 'utf8').split(/\s+/).filter(Boolean)
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
])('a pull asks the registry for %s', (_what, planned, present, expected) => expect(pulled({ planned, present })).toEqual(expected))

test.each([
  `docker.io/library/postgres@${digest('b')}`,
  `library/postgres@${digest('b')}`,
  `index.docker.io/library/postgres@${digest('b')}`,
])('an image that is there under its short name is not pulled again: %s', (image) =>
  expect(pulled({ planned: [image], present: [`postgres@${digest('b')}`] })).toEqual([]),
)
