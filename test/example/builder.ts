import { cp, mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Host } from '../lab/host.ts'
import { baseLayer } from '../lab/image-layers.ts'
import { must } from '../lab/run.ts'
import { filledIn, stepWith, workflow } from './repository.ts'

/** A machine that builds and pushes images as the example's workflow does: named, labelled and given arguments as that says. */
export interface Builder {
  build(files: Record<string, string>, sha: string): Promise<void>
}

/**
 * Prepares a lab host for it. Not as on GitHub: the engine's classic builder and its cache instead of buildx and GitHub's; `registry` instead of ghcr.io.
 * And two images of public registries are stood in for, under their own names: Redis by this machine's own, Node by the one that runs this,
 * each on a busybox. The stand-in's npm can do one thing, `npm ci` where there is nothing to install.
 */
export async function startBuilder(host: Host, registry: string): Promise<Builder> {
  const redis = `${registry}/library/redis:8.2-alpine`
  await standIn(host, 'node:24-alpine', {
    programs: { node: process.execPath },
    files: {
      'bin/npm': '#!/bin/sh\n[ "$1" = ci ] && ! grep -q node_modules/ package-lock.json\n',
      'etc/passwd': 'root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/:/bin/sh\n',
      'etc/group': 'root:x:0:\nnode:x:1000:\n',
    },
  })
  await standIn(host, redis, {
    programs: { redis: '/usr/bin/redis-server' },
    // As in the official image, which is made to be asked by other containers.
    files: { 'bin/redis-server': '#!/bin/sh\nexec redis "$@" --protected-mode no\n' },
    more: 'WORKDIR /data\nVOLUME /data\n',
  })
  await host.docker('push', redis)
  const { env, jobs } = workflow()
  const { with: inputs = {} } = stepWith(jobs.image, 'docker/build-push-action')

  return {
    async build(files, sha) {
      const folder = `/root/${sha}`
      await lay(host.path(folder), files)
      const values = {
        'env.IMAGE': atRegistry(env.IMAGE ?? '', registry),
        'github.sha': sha,
        'github.server_url': 'https://github.com',
        'github.repository': 'acme/shop',
      }
      const input = (name: string) =>
        filledIn(`${inputs[name] ?? ''}`, values)
          .trim()
          .split('\n')
      const options = [...input('build-args').map((arg) => `--build-arg=${arg}`), ...input('labels').map((label) => `--label=${label}`)]
      const [tag = ''] = input('tags')
      await build(host, tag, `${folder}/${inputs.context}`, options)
      await host.docker('push', tag)
    },
  }
}

/** What public registries are called in the laboratory. */
export const atRegistry = (text: string, registry: string): string =>
  text.replaceAll('ghcr.io/', `${registry}/`).replaceAll('image: redis:', `image: ${registry}/library/redis:`)

interface StandIn {
  /** Programs of this machine by the name they get in /usr/local/bin; their libraries come along. */
  programs: Record<string, string>
  files?: Record<string, string>
  /** Further lines of the Dockerfile. */
  more?: string
}

async function standIn(host: Host, tag: string, { programs, files = {}, more = '' }: StandIn): Promise<void> {
  const folder = `/root/${tag.replaceAll(/\W/g, '-')}`
  const root = join(host.path(folder), 'root')
  await lay(host.path(folder), {
    Dockerfile: `FROM scratch\nADD base.tar.gz /\nCOPY root /\nENV PATH=/usr/local/bin:/bin\n${more}`,
    'base.tar.gz': (await baseLayer()).blob,
  })
  await lay(root, files, 0o755)
  for (const [name, path] of Object.entries(programs)) {
    const program = await realpath(path)
    await cp(program, await inside(root, `usr/local/bin/${name}`))
    for (const [, library = ''] of (await must(['ldd', program])).matchAll(/(\/\S+) \(0x/g)) {
      await cp(library, await inside(root, library), { dereference: true })
    }
  }
  await build(host, tag, folder, [])
}

const build = (host: Host, tag: string, folder: string, options: string[]): Promise<string> =>
  host.sh(`DOCKER_BUILDKIT=0 docker build ${options.map((option) => `'${option}'`).join(' ')} --tag ${tag} ${folder}`)

async function lay(folder: string, files: Record<string, string | Uint8Array>, mode = 0o644): Promise<void> {
  for (const [path, content] of Object.entries(files)) await writeFile(await inside(folder, path), content, { mode })
}

/** A path in a folder; the folders on the way to it are there. */
async function inside(folder: string, path: string): Promise<string> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  return file
}
