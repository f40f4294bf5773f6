import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Ports } from '../flow/ports.ts'
import { cookie } from './cookies.ts'
import { sealer } from './sealed.ts'

/** Somebody who signed in a short while ago. Who they are, and nothing of what they may. */
export interface Session {
  /** Their login on GitHub. */
  person: string
  /** Random, new at each sign-in. */
  id: string
}

export interface Sessions {
  of(request: IncomingMessage): Session | undefined
  /** Never goes on with one that the browser brought along: whoever planted that would be in it too. */
  begin(response: ServerResponse, person: string): void
  end(response: ServerResponse): void
}

/** Long enough to look, to press and to see how it ends; GitHub remembers people, so that signing in again is one step. */
const lifetime = 30 * 60

/** Sessions live in the browser, sealed: any Landfall knows them, and there is no table of them to steal. */
export function sessions({ signer, clock, addresses }: Pick<Ports, 'signer' | 'clock' | 'addresses'>): Sessions {
  const kept = cookie('landfall-session', addresses.landfall.startsWith('https:'))
  const sealed = sealer(signer.keyFor('web sessions'), z.strictObject({ person: z.string(), id: z.string() }), () => clock.now())
  return {
    of: (request) => sealed.open(kept.of(request)),
    begin(response, person) {
      kept.set(response, sealed.seal({ person, id: randomBytes(16).toString('base64url') }, lifetime), lifetime)
    },
    end: (response) => kept.clear(response),
  }
}
