import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Secret } from '../domain/secret.ts'

/**
 * Sets variables in a `.env` file, mode 600, and keeps every other line. Values are written in double quotes with `\n`
 * for line ends, as Node reads them.
 */
export function setInEnvFile(path: string, values: Record<string, Secret>): void {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const kept = lines.filter((line) => !Object.keys(values).some((name) => line.startsWith(`${name}=`)))
  const set = Object.entries(values).map(([name, value]) => `${name}="${value.reveal().replaceAll('\n', '\\n')}"`)
  writeFileSync(`${path}.new`, `${[...kept, ...set].join('\n').trim()}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
