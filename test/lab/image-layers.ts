import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { prepareParts } from './parts.ts'
import { must } from './run.ts'

/** A layer as a registry keeps it, and the digest of its tar as a configuration names it. */
export interface Layer {
  blob: Buffer
  digest: string
  diffId: string
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A static busybox under all its names, and the folders a container needs. The same bytes every time on one machine. */
export async function baseLayer(): Promise<Layer> {
  base ??= makeBaseLayer()
  return base
}
let base: Promise<Layer> | undefined

async function makeBaseLayer(): Promise<Layer> {
  const { busybox } = await prepareParts()
  const names = (await must([busybox, '--list'])).trim().split('\n')
  const program: Entry = { path: 'bin/busybox', content: await readFile(busybox), mode: 0o755 }
  const links = names.filter((name) => name !== 'busybox').map((name): Entry => ({ path: `bin/${name}`, link: '/bin/busybox' }))
  const users: Entry = { path: 'etc/passwd', content: Buffer.from('root:x:0:0::/:/bin/sh\n'), mode: 0o644 }
  return layer([...folders('bin/', 'etc/', 'tmp/'), program, users, ...links])
}

/** The app's or the database's own scripts: `/app/serve` and `/app/answer`, `/database/serve` and `/database/answer`. */
export async function scriptLayer(name: 'app' | 'database'): Promise<Layer> {
  const script = async (file: string, path: string): Promise<Entry> => ({
    path,
    content: await readFile(join(import.meta.dirname, 'image', file)),
    mode: 0o755,
  })
  return layer([
    ...folders(`${name}/`, ...(name === 'database' ? ['var/', 'var/lib/', 'var/lib/database/'] : [])),
    await script(`${name}.sh`, `${name}/serve`),
    await script(`${name}-answer.sh`, `${name}/answer`),
  ])
}

/** Zeros: next to nothing on the way, and so many MiB on a disk. */
export const paddingLayer = (mebibytes: number): Promise<Layer> =>
  layer([...folders('padding/'), { path: 'padding/zeros', content: Buffer.alloc(mebibytes * 1024 * 1024), mode: 0o644 }])

/** A file, a link or a folder (its path ends with a slash). */
export type Entry = { path: string; content: Buffer; mode: number } | { path: string; link: string } | { path: string }

export const folders = (...paths: string[]): Entry[] => paths.map((path) => ({ path }))

/** @param level how hard to compress; large layers are made quicker with 1 */
export async function layer(entries: Entry[], level?: number): Promise<Layer> {
  const tar = pack()
  const mtime = new Date(0)
  for (const entry of entries) {
    if ('content' in entry) tar.entry({ name: entry.path, mode: entry.mode, mtime }, entry.content)
    else if ('link' in entry) tar.entry({ name: entry.path, type: 'symlink', linkname: entry.link, mtime })
    else tar.entry({ name: entry.path, type: 'directory', mode: entry.path === 'tmp/' ? 0o1777 : 0o755, mtime })
  }
  tar.finalize()
  const bytes = await buffer(tar)
  const blob = gzipSync(bytes, level === undefined ? {} : { level })
  return { blob, digest: digestOf(blob), diffId: digestOf(bytes) }
}
