import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { last, take } from './sequences.ts'

/** The sequence that an environment's generations are taken from. */
export const generationOf = (repository: string, environment: string): string => `generation ${repository} ${environment}`

export function environments({ db }: Database): Store['environments'] {
  return {
    nextGeneration: (repository, environment) => take(db, generationOf(repository, environment)),
    known: () =>
      db.selectFrom('deployments').select(['repository', 'environment']).distinct().where('generation', 'is not', null).execute(),
    generation: (repository, environment) => last(db, generationOf(repository, environment)),
  }
}
