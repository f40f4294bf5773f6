import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareParts } from '../lab/parts.ts'
import { landfallShell } from './shop.ts'

/** landfall-shell as one kind of machine runs it. */
export interface InstalledShell {
  name: string
  /** The script, to be called as it is. */
  script: string
  /** Where it looks for its tools. */
  path: string
}

/** Debian's busybox is made without these. */
const notThere = new Set(['flock'])

const used =
  'base64 cat chmod cmp cp cut date find flock grep head id ls mkdir mv rm sed sha256sum sleep sort stat sync tail tar timeout tr wc'.split(
    ' ',
  )

/** landfall-shell in this folder twice: for Debian's sh with GNU's tools, and for busybox ash with busybox' tools, as on Alpine. */
export async function shells(folder: string): Promise<[InstalledShell, InstalledShell]> {
  const { busybox } = await prepareParts()
  const tools = join(folder, 'busybox-tools')
  mkdirSync(tools)
  for (const tool of used.filter((name) => !notThere.has(name))) symlinkSync(busybox, join(tools, tool))
  const install = (name: string, shell: string): string => {
    const script = join(folder, `landfall-shell-${name}`)
    writeFileSync(script, landfallShell.replace(/^#!.*/, `#!${shell}`), { mode: 0o755 })
    return script
  }
  return [
    { name: 'sh', script: install('sh', '/bin/sh'), path: process.env.PATH ?? '' },
    { name: 'busybox ash', script: install('ash', `${busybox} ash`), path: `${tools}:${process.env.PATH}` },
  ]
}
