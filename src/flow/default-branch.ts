import { fullName, type Repository } from '../domain/repository.ts'
import type { Ports } from './ports.ts'

/** Under which Landfall remembers what the default branch of a repository is called. */
const place = 'default branch'

/** @param seen what was seen in the repository, by place */
export async function rememberDefaultBranch(
  repository: Repository,
  branch: string,
  seen: ReadonlyMap<string, string>,
  { store }: Pick<Ports, 'store'>,
): Promise<void> {
  if (seen.get(place) !== branch) await store.seen.record(fullName(repository), place, branch)
}

/** Whether it was the default branch at the last look at the repository; false also where nobody has looked yet. GitHub is not asked. */
export const wasDefaultBranch = async (repository: Repository, branch: string, { store }: Pick<Ports, 'store'>): Promise<boolean> =>
  (await store.seen.of(fullName(repository))).get(place) === branch
