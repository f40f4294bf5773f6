import type { Parsed, Problem } from '../../domain/problem.ts'
import { limits } from '../limits.ts'
import { readDotenvText } from './dotenv-text.ts'
import { type EncryptedText, sopsFormatOf } from './encrypted-text.ts'
import { readTreeText } from './tree-text.ts'

/** Reads a file by the form its name tells, whether it is encrypted or not. */
export function readText(given: string, file: string): Parsed<EncryptedText> {
  const format = sopsFormatOf(file)
  const refused = (what: string, remedy: string): Parsed<never> => {
    const problem: Problem = { file, what, remedy }
    return { kind: 'invalid', problems: [problem] }
  }
  if (format === undefined) return refused('its name does not tell its form', 'Let it end with `.env`, `.yaml`, `.yml` or `.json`')
  if (given.length > limits.characters)
    return refused(`the file is larger than ${limits.characters / 1024} KiB`, 'Keep only secrets in it, and what is large elsewhere')
  const text = given.replace(/^\uFEFF/, '')
  return format === 'dotenv' ? readDotenvText(text, file) : readTreeText(text, file, format)
}

/** Whether it is a file that SOPS encrypted, well or badly, told from its text alone. */
export const isEncrypted = (text: string): boolean =>
  /^sops_mac=/m.test(text) || (/^\s*"?sops"?\s*:/m.test(text) && /\bENC\[AES256_GCM,/.test(text))
