/**
 * What Landfall's key signs for every order that writes on a host, apart from bundles and receipts, so that a signature over
 * one can never pass for another.
 */
export const orderNamespace = 'landfall-order'

/** Landfall's signature: `Signer.sign`. */
export type Sign = (bytes: Uint8Array, namespace: string) => string

/** By whose word a host is written on. */
export interface Authority {
  /**
   * The number of the lease under which the work is done: it grows each time somebody takes the work over, and hosts refuse a
   * lower one than they have heard for a generation. From 1.
   */
  turn: number
  sign: Sign
}

/** What is signed: every word of the order, so that none can be exchanged for another on the way or later. */
export const orderStatement = (verb: string, words: readonly string[]): Uint8Array =>
  Buffer.from(`landfall-order 1 ${[verb, ...words].join(' ')}\n`)

/** Standard input of a writing verb: the armoured signature over the order in base64 on a line of its own, then what the verb takes. */
export function encloseOrder(
  verb: string,
  words: readonly string[],
  { sign }: Pick<Authority, 'sign'>,
  input: Uint8Array = new Uint8Array(),
): Uint8Array {
  const signature = sign(orderStatement(verb, words), orderNamespace)
  return Buffer.concat([Buffer.from(`${Buffer.from(signature).toString('base64')}\n`), input])
}

/** Where, for which generation and at which turn a signed order was given; undefined where it is none. */
export function orderOf(statement: string): { project: string; environment: string; generation: number; turn: number } | undefined {
  const [, project, environment, generation, turn] = /^landfall-order 1 [a-z]+ (\S+) (\S+) (\d+) (\d+)(?: \S+)*\n$/.exec(statement) ?? []
  if (project === undefined || environment === undefined) return undefined
  return { project, environment, generation: Number(generation), turn: Number(turn) }
}
