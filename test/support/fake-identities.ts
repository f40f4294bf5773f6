import type { Identities, Identity } from '../../src/flow/ports.ts'

/** Locks nothing, but tells for whom something was locked. */
export const fakeIdentity = (recipient: string): Identity => {
  const head = `locked for ${recipient}: `
  return {
    recipient,
    async unlock(locked) {
      const key = Buffer.from(locked.slice(head.length), 'base64')
      return locked.startsWith(head) && key.length === 32 ? key : undefined
    },
    lock: async (key, whose) => (whose.startsWith('age1') ? `locked for ${whose}: ${Buffer.from(key).toString('base64')}` : undefined),
  }
}

export const fakeIdentities: Identities = {
  of: async (repository, environment) => fakeIdentity(`age1${repository.replace('/', '')}${environment}`),
}
