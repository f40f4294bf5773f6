import { lockBroken, lockedKeys, notForUs, type OpenedValue, openSops, readSops, type SopsFile } from '../config/sops/open.ts'
import { variablesOf } from '../config/sops/variables.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import type { Identity } from './ports.ts'

/** A SOPS file of a repository, and what its values are encrypted with. */
export interface UnlockedFile {
  sops: SopsFile
  key: Uint8Array
}

/** Takes the key out of a SOPS file with Landfall's own identity. No other key is tried. */
export async function unlockFile(text: string, file: string, identity: Identity): Promise<Parsed<UnlockedFile>> {
  const read = readSops(text, file)
  if (read.kind === 'invalid') return read
  const sops = read.value
  const refused = (problem: Problem): Parsed<never> => ({ kind: 'invalid', problems: [problem] })
  const ours = lockedKeys(sops).find(({ recipient }) => recipient === identity.recipient)
  if (!ours) return refused(notForUs(sops, identity.recipient))
  const key = await identity.unlock(ours.locked)
  return key ? { kind: 'ok', value: { sops, key } } : refused(lockBroken(sops))
}

/** The variables in a SOPS file, proved to be those that were encrypted. */
export async function readSecrets(text: string, file: string, identity: Identity): Promise<Parsed<Map<string, string>>> {
  const opened = await openFile(text, file, identity)
  return opened.kind === 'ok' ? variablesOf(opened.value.sops, opened.value.values) : opened
}

async function openFile(text: string, file: string, identity: Identity): Promise<Parsed<{ sops: SopsFile; values: OpenedValue[] }>> {
  const unlocked = await unlockFile(text, file, identity)
  if (unlocked.kind === 'invalid') return unlocked
  const { sops, key } = unlocked.value
  const opened = openSops(sops, key)
  return opened.kind === 'ok' ? { kind: 'ok', value: { sops, values: opened.value } } : opened
}
