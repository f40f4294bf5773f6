import { z } from 'zod'
import type { Repository } from '../../../domain/repository.ts'
import { count, name, type Shape } from './shape.ts'

export const storedRepository: z.ZodType<Repository> = z.strictObject({
  owner: name,
  name,
  installation: count,
} satisfies Shape<Repository>)

/** Back from the columns `repository` (`owner/name`) and `installation`; an owner's name holds no slash. */
export function repositoryIn(row: { repository: string; installation: number }): Repository {
  const [owner = '', ...rest] = row.repository.split('/')
  return { owner, name: rest.join('/'), installation: row.installation }
}
