import { fullName } from '../domain/repository.ts'
import { intake, type RefMoved } from './intake.ts'
import type { Ports } from './ports.ts'

type Found = Pick<RefMoved, 'repository' | 'ref' | 'after' | 'actor'> & { before: RefMoved['before'] | undefined }

/** Raises what a look found of a branch or tag and no webhook told of (yet). */
export async function tellOfFound({ before, ...move }: Found, ports: Ports): Promise<void> {
  const { repository, ref, after } = move
  ports.log.info('branch or tag moved', { repository: fullName(repository), ref, before, after })
  const found = { kind: 'push', found: true, ...move, delivery: `found ${ports.ids()}` } as const
  await intake({ ...found, ...(before !== undefined && { before }) }, ports)
}
