import type { SopsMetadata } from './metadata.ts'

/** Says of a path whether its value is encrypted. */
export type Which = (path: readonly string[]) => boolean

/**
 * Which values a file says are encrypted. Undefined where it says so in a regular expression that Landfall does not follow: whoever can
 * push writes it, and some take for ever. What is left has neither groups that repeat nor references back, and few repetitions at all.
 */
export function whichEncrypted(metadata: SopsMetadata): Which | undefined {
  const { unencrypted_suffix, encrypted_suffix, unencrypted_regex, encrypted_regex } = metadata
  if (encrypted_suffix) return (path) => path.some((key) => key.endsWith(encrypted_suffix))
  if (unencrypted_suffix) return (path) => !path.some((key) => key.endsWith(unencrypted_suffix))
  const pattern = encrypted_regex || unencrypted_regex
  if (!pattern) return (path) => !path.some((key) => key.endsWith(usualSuffix))
  const expression = follow(pattern)
  if (!expression) return undefined
  const named: Which = (path) => path.some((key) => key.length <= longestKey && expression.test(key))
  return encrypted_regex ? named : (path) => !named(path)
}

/** What SOPS takes where a file says nothing. */
export const usualSuffix = '_unencrypted'

/** With two repetitions, a search costs the third power of this. */
const longestKey = 128
const mostRepetitions = 2

function follow(pattern: string): RegExp | undefined {
  // Go puts flags in front; JavaScript has no such thing for the whole.
  const [, flags = '', rest = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(pattern) ?? []
  const bare = rest.replace(/\\[.\\^$|?*+()[\]{}/-]|\[(?:\\.|[^\]\\])*\]/g, 'x')
  const strange = /\\[^dwsDWS]|\(\?(?!:)|\)[*+?{]|\[|[*+?}][*+?{]/.test(bare)
  if (strange || bare.length > longestKey || (bare.match(/[*+{]/g) ?? []).length > mostRepetitions) return undefined
  try {
    return new RegExp(rest, [...new Set(flags)].join(''))
  } catch {
    return undefined
  }
}
