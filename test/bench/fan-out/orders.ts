import type { KeyedSigner } from '../../../src/adapters/signer.ts'
import type { Command } from '../../../src/host/command.ts'
import { inspect } from '../../../src/host/commands.ts'
import { orders, release } from '../../host/orders.ts'

/**
 * What a deployment orders each of its hosts to do, in this order; every host has done one before any is told the next. In the place of the
 * watch, which goes on until Landfall has seen enough and is no single command of a script, there is a second look.
 */
export function deploymentOrders(project: string, generation: number, signer: KeyedSigner): Command[] {
  const planned = release(generation, { project })
  const look = inspect({ project, environment: planned.environment })
  const given = orders({ signer, by: (turn = 1) => ({ turn, sign: signer.sign }) }, planned, 1)
  return [look, given.put, given.switch, look, given.confirm, given.prune]
}

/** Its standard input; empty where it has none. */
export function inputOf({ verb, stdin = new Uint8Array() }: Command): Uint8Array {
  if (stdin instanceof Uint8Array) return stdin
  throw new Error(`${verb} takes a secret, and a bench has none`)
}
