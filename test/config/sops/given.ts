import { randomBytes } from 'node:crypto'
import { type Edited, editSops, newSops, type VariableEdit } from '../../../src/config/sops/change.ts'
import { sopsFormatOf } from '../../../src/config/sops/encrypted-text.ts'
import { openSops, readSops } from '../../../src/config/sops/open.ts'
import { variablesOf } from '../../../src/config/sops/variables.ts'
import { problemText } from '../../../src/domain/problem.ts'
import { fileKey } from '../../support/sops-file.ts'

export const fresh = { random: randomBytes, now: new Date('2026-11-21T22:30:00.123Z') }
export const paths = ['deploy/production.secrets.env', 'deploy/production.yaml', 'deploy/production.json']

/** The variables of a file, or what is said of it. */
export function variablesIn(text: string, path = 'a.env'): Record<string, string> | string[] {
  const file = readSops(text, path)
  const opened = file.kind === 'ok' ? openSops(file.value, fileKey) : file
  const variables = file.kind === 'ok' && opened.kind === 'ok' ? variablesOf(file.value, opened.value) : opened
  if (variables.kind === 'invalid') return variables.problems.map(problemText)
  if (!(variables.value instanceof Map)) throw new Error('these are no variables')
  return Object.fromEntries(variables.value)
}

/** The file after each of the changes, the first of which makes it. */
export function made(path: string, first: [name: string, value: string], ...more: VariableEdit[]): string {
  const format = sopsFormatOf(path)
  if (!format) throw new Error(`${path} has no form`)
  const locked = `locked for age1landfall: ${fileKey.toString('base64')}\n`
  const edit = { kind: 'set', name: first[0], value: first[1] } as const
  const begun = newSops(path, format, [{ recipient: 'age1landfall', locked }], { key: fileKey, edit, fresh })
  return more.reduce((text, one) => textOf(changed(text, path, one)), textOf(begun))
}

export function changed(text: string, path: string, edit: VariableEdit): Edited {
  const file = readSops(text, path)
  const edited = file.kind === 'ok' ? editSops(file.value, fileKey, edit, fresh) : file
  if (edited.kind === 'invalid') throw new Error(edited.problems.map(problemText).join('\n'))
  if (!('kind' in edited.value)) throw new Error('nothing was edited')
  return edited.value
}

export function textOf(edited: Edited): string {
  if (edited.kind === 'refused') throw new Error(edited.why)
  return edited.text
}
