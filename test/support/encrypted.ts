import { randomBytes } from 'node:crypto'
import { editedFile } from '../../src/flow/secret-edit.ts'
import { fakeIdentities } from './fake-identities.ts'

export const secretsPath = 'deploy/production.secrets.env'

/** A SOPS file with these variables, for an environment of the shop. */
export async function encrypted(variables: Record<string, string>, environment = 'production'): Promise<string> {
  const identity = await fakeIdentities.of('acme/shop', environment)
  let text: string | undefined
  for (const [name, value] of Object.entries(variables)) {
    const tools = { identity, clock: { now: () => new Date('2026-11-21T10:00:00Z') }, randomBytes }
    const edited = await editedFile(text, secretsPath, { kind: 'set', name, value }, tools)
    if (edited.kind === 'invalid' || edited.value.kind === 'refused') throw new Error(`${name} could not be encrypted`)
    text = edited.value.text
  }
  return text ?? ''
}
