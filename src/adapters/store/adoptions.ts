import { fullName } from '../../domain/repository.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { storedAdoption } from './stored/adoption.ts'
import { encode, parsed, read } from './stored/json.ts'

export function adoptions({ db }: Database): Store['adoptions'] {
  return {
    async of(repository, environment) {
      const query = db
        .selectFrom('adoptions')
        .select('adoption')
        .where('repository', '=', repository)
        .where('environment', '=', environment)
      const row = await query.executeTakeFirst()
      return row && read(storedAdoption, parsed(row.adoption), `adoption of ${repository} ${environment}`)
    },

    async keep(adopted) {
      const { repository, environment } = adopted.draft
      const adoption = encode(storedAdoption, adopted)
      await db
        .insertInto('adoptions')
        .values({ repository: fullName(repository), environment, adoption })
        .onConflict((conflict) => conflict.columns(['repository', 'environment']).doUpdateSet({ adoption }))
        .execute()
    },
  }
}
