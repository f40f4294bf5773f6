import { unknownActor } from '../domain/intent.ts'
import { fullName } from '../domain/repository.ts'
import { intake, type RefMoved } from './intake.ts'
import type { Ports } from './ports.ts'

interface Found extends Pick<RefMoved, 'repository' | 'ref' | 'after'> {
  before: RefMoved['before'] | undefined
  /** Who moved it, as GitHub saw it. Not who the commit says: anybody can write any name there. */
  by?: string | undefined
}

/** Raises what a look found of a branch or tag and no webhook told of (yet). */
export async function tellOfFound({ before, by = unknownActor, ...move }: Found, ports: Ports): Promise<void> {
  const { repository, ref, after } = move
  ports.log.info('branch or tag moved', { repository: fullName(repository), ref, before, after })
  const found = { kind: 'push', found: true, ...move, actor: by, delivery: `found ${ports.ids()}` } as const
  await intake({ ...found, ...(before !== undefined && { before }) }, ports)
}
