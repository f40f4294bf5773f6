import { type Edited, editSops, type Fresh, newSops, type VariableEdit } from '../config/sops/change.ts'
import { sopsFormatOf } from '../config/sops/encrypted-text.ts'
import type { LockedKey } from '../config/sops/open.ts'
import type { Parsed } from '../domain/problem.ts'
import type { Clock, Identity } from './ports.ts'
import { unlockFile } from './secret-file.ts'

/** What changing a secret needs from outside. */
export interface EditTools {
  /** Of the environment that the file is for. */
  identity: Identity
  clock: Pick<Clock, 'now'>
  /** Recipients of others who can read a new file. */
  also?: readonly string[] | undefined
  /** So many bytes that nobody can guess. */
  randomBytes: Fresh['random']
}

const keyBytes = 32

/**
 * The text of a SOPS file with one variable set or removed; a new file where there is none. Whoever else may
 * read that is said then: later it takes somebody who can.
 */
export async function editedFile(text: string | undefined, path: string, edit: VariableEdit, tools: EditTools): Promise<Parsed<Edited>> {
  const fresh = { random: tools.randomBytes, now: tools.clock.now() }
  const { also = [] } = tools
  const refused = (why: string, remedy: string): Parsed<Edited> => ({ kind: 'ok', value: { kind: 'refused', why, remedy } })
  if (text !== undefined) {
    if (also.length > 0) return refused('the file is there already', 'Whoever can read it adds recipients with `sops rotate --add-age`')
    const unlocked = await unlockFile(text, path, tools.identity)
    return unlocked.kind === 'ok' ? editSops(unlocked.value.sops, unlocked.value.key, edit, fresh) : unlocked
  }
  if (edit.kind === 'remove') return refused('there is no such file yet', 'There is nothing to remove')
  const format = sopsFormatOf(path)
  if (!format) return refused('its name does not tell its form', 'Let it end with `.env`, `.yaml`, `.yml` or `.json`')
  const key = fresh.random(keyBytes)
  const keys: LockedKey[] = []
  for (const recipient of [tools.identity.recipient, ...also]) {
    const locked = await tools.identity.lock(key, recipient)
    if (locked === undefined) return refused('there is a recipient that is none', 'Give those that `age-keygen` shows as public keys')
    keys.push({ recipient, locked })
  }
  return { kind: 'ok', value: newSops(path, format, keys, { key, edit, fresh }) }
}
