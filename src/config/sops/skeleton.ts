import type { SopsFormat } from './encrypted-text.ts'
import type { LockedKey } from './open.ts'
import { usualSuffix } from './which.ts'

/** Whose manner of writing this is; SOPS asks nothing more of it than to be a version. */
const version = '3.9.2'
/** Replaced when the first value is put in. */
const never = { lastmodified: '1970-01-01T00:00:00Z', mac: 'none' }

/** A file without any value, in the manner of SOPS. */
export function skeleton(format: SopsFormat, keys: readonly LockedKey[]): string {
  const age = keys.map(({ recipient, locked }) => ({ recipient, enc: `${locked.trimEnd()}\n` }))
  const own = { ...never, unencrypted_suffix: usualSuffix, version }
  if (format === 'json') return `${JSON.stringify({ sops: { age, ...own } }, null, '\t')}\n`
  if (format === 'dotenv') {
    const flat = age.flatMap(({ recipient, enc }, index): [string, string][] => [
      [`age__list_${index}__map_enc`, enc.replaceAll('\n', '\\n')],
      [`age__list_${index}__map_recipient`, recipient],
    ])
    return [...flat, ...Object.entries(own)].map(([name, value]) => `sops_${name}=${value}\n`).join('')
  }
  const lists = age.flatMap(({ recipient, enc }) => [
    `        - recipient: ${recipient}`,
    '          enc: |',
    ...enc
      .trimEnd()
      .split('\n')
      .map((line) => `            ${line}`),
  ])
  const rest = Object.entries(own).map(([name, value]) => `    ${name}: ${name === 'lastmodified' ? JSON.stringify(value) : value}`)
  return ['sops:', '    age:', ...lists, ...rest, ''].join('\n')
}
