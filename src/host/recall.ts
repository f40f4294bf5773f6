import { z } from 'zod'
import type { Command } from './command.ts'
import { encloseOrder, type Sign } from './order.ts'
import { base64Text, parseLine } from './output.ts'

/** Everything a host remembers, of every project: kept for the day on which Landfall's database is lost. Feed its lines to `memoryReader`. */
export const recall = (sign: Sign): Command => ({
  verb: 'recall',
  args: [],
  stdin: encloseOrder('recall', [], { sign }),
  stalls: 30,
  limit: 300,
})

/** A text and the armoured signature that has to prove it: whoever rules the host may have written either. */
export interface Claimed {
  text: string
  signature: string
}

/** What a host claims of one project's environment. */
export interface Memory {
  project: string
  environment: string
  /** Highest generation accepted there, and the latest turn heard in it. */
  generation: number
  turn: number
  /** The generation that runs there, or was last begun; 0 where none was. */
  current: number
  /** The order that told them. */
  order: Claimed
  /** Newest first. */
  releases: RememberedRelease[]
}

/** A release that is kept there. */
export interface RememberedRelease {
  generation: number
  /** `owner/name`; empty where an older landfall-shell did not keep it. */
  repository: string
  confirmed: boolean
  /** Whether a switch to it was ever begun. */
  switched: boolean
  /** Absent where an older Landfall did not put it there. */
  plan?: Claimed
  /** Present once it is confirmed. */
  receipt?: Claimed
}

/** More than this together no host has to tell, in characters. */
const mostToTell = 64 * 1024 * 1024

const number = z.int().min(0)
const text = base64Text.nullable()
const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/)

const line = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fence'),
    project: name,
    environment: name,
    generation: number,
    turn: number,
    current: number,
    order: base64Text,
    signature: base64Text,
  }),
  z.object({
    type: z.literal('release'),
    generation: number,
    repository: z.string(),
    confirmed: z.boolean(),
    switched: z.boolean(),
    plan: text,
    planSignature: text,
    receipt: text,
    receiptSignature: text,
  }),
  z.object({ type: z.enum(['beat', 'recalled']) }),
])

/** Takes the lines of `recall` as they come. Throws on what landfall-shell does not say, and on more than any host has to tell. */
export function memoryReader(most = mostToTell): { read(line: string): void; memories(): Memory[] } {
  const memories: Memory[] = []
  let size = 0
  let complete = false
  return {
    read(told) {
      size += told.length
      if (size > most) throw new Error(`the host has more to tell than ${most} characters`)
      const next = parseLine(line, told)
      if (next.type === 'recalled') complete = true
      else if (next.type === 'fence') {
        const { type: _, order, signature, ...rest } = next
        memories.push({ ...rest, order: { text: `${order}\n`, signature }, releases: [] })
      } else if (next.type === 'release') {
        const place = memories.at(-1)
        if (!place) throw new Error('the host told of a release before it said of what')
        place.releases.push(releaseIn(next))
      }
    },
    memories() {
      if (!complete) throw new Error('the host did not tell everything')
      return memories
    },
  }
}

type ReleaseLine = Extract<z.output<typeof line>, { type: 'release' }>

function releaseIn({ generation, repository, confirmed, switched, ...claims }: ReleaseLine): RememberedRelease {
  const plan = claimed(claims.plan, claims.planSignature)
  const receipt = claimed(claims.receipt, claims.receiptSignature)
  return { generation, repository, confirmed, switched, ...(plan && { plan }), ...(receipt && { receipt }) }
}

const claimed = (text: string | null, signature: string | null): Claimed | undefined =>
  text === null || signature === null ? undefined : { text, signature }
