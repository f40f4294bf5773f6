import type { Identity } from '../../src/flow/ports.ts'

const head = 'locked for age1landfall: '

/** Locks nothing, but tells whether something was locked for it. */
export const fakeIdentity: Identity = {
  recipient: 'age1landfall',
  async unlock(locked) {
    const key = Buffer.from(locked.slice(head.length), 'base64')
    return locked.startsWith(head) && key.length === 32 ? key : undefined
  },
  lock: async (key) => `${head}${Buffer.from(key).toString('base64')}`,
}
