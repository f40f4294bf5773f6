import type { Parsed, Problem } from '../../domain/problem.ts'
import { dotenvValue, reservedName, unwritable } from '../dotenv.ts'
import type { OpenedValue, SopsFile } from './open.ts'

/**
 * The variables that an opened file gives to an environment. A dotenv file means what `sops decrypt` would print of it, read by the rule of
 * `env`: whoever encrypts a file with quotes in it gets what stood between them. YAML and JSON mean each value as it is.
 */
export function variablesOf(file: SopsFile, values: readonly OpenedValue[]): Parsed<Map<string, string>> {
  const variables = new Map<string, string>()
  const problems: Problem[] = []
  for (const { leaf, value } of values) {
    const [name = ''] = leaf.path
    const meant = file.format === 'dotenv' ? dotenvValue(value) : asEnvironment(value, leaf.text)
    const complain = (what: string, remedy: string, at = leaf.start) =>
      problems.push({ file: file.file, ...file.positionAt(at), path: leaf.path.join('.'), what, remedy })
    const unfit = unwritable(name, meant)
    const reserved = reservedName(name)
    if (!leaf.atTop) complain('this is no value of a variable', 'Write every variable at the top of the file, as a plain value')
    else if (unfit) complain(`it ${unfit}`, 'Rename it, or change its value')
    else if (reserved) complain(reserved.what, reserved.remedy)
    else if (variables.has(name)) complain('this name is written twice', 'Keep one of them, with `landfall secret set` or `sops edit`')
    else variables.set(name, meant)
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'ok', value: variables }
}

/** True and false as people write them, whatever SOPS made of them. */
const asEnvironment = (value: string, text: string | undefined): string =>
  (text === undefined || text.endsWith(',type:bool]')) && /^(True|False)$/.test(value) ? value.toLowerCase() : value
