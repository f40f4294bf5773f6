import { createHash, createHmac } from 'node:crypto'
import type { Signer } from '../../src/flow/ports.ts'

/** Signs so that a fake host can tell whether these very bytes were signed for this very purpose. */
export const fakeSigner: Signer = {
  sign: (bytes, namespace) => `signed for ${namespace}: ${createHash('sha256').update(bytes).digest('hex')}`,
  fingerprint: (text) => createHmac('sha256', 'a key of the tests').update(text).digest('hex'),
  keyFor: (purpose) => createHmac('sha256', 'another key of the tests').update(purpose).digest(),
}
