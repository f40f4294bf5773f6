import { z } from 'zod'
import { absentOrForbidden, orUndefined } from './absent.ts'
import type { RepositoryClient } from './clients.ts'

/** `app` is the id of the App that has to report it; absent: any. */
export interface Required {
  name: string
  app?: number
}

const rule = z.object({
  type: z.literal('required_status_checks'),
  parameters: z.object({
    required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.number().nullish() })),
  }),
})

/** GitHub writes "any App" as nothing or as -1. */
const from = (name: string, app: number | null | undefined): Required =>
  app === null || app === undefined || app < 0 ? { name } : { name, app }

/**
 * What a branch requires to be green, by rule sets and by the older branch protection; undefined where the App may read neither.
 * Both can be read without the right to administer the repository, of the protection just this.
 */
export async function requiredChecks({ rest, paginate, place }: RepositoryClient, branch: string): Promise<Required[] | undefined> {
  const [byRules, byProtection] = await Promise.all([
    orUndefined(async () => {
      const rules: unknown[] = await paginate(rest.repos.getBranchRules, { ...place, branch, per_page: 100 })
      const found = rules.flatMap((one) => rule.safeParse(one).data?.parameters.required_status_checks ?? [])
      return found.map(({ context, integration_id }) => from(context, integration_id))
    }, absentOrForbidden),
    orUndefined(async () => {
      const { data } = await rest.repos.getBranch({ ...place, branch })
      const required = data.protection.required_status_checks
      const named = new Set(required?.checks?.map(({ context }) => context))
      return [
        ...(required?.checks ?? []).map(({ context, app_id }) => from(context, app_id)),
        ...(required?.contexts ?? []).filter((context) => !named.has(context)).map((context) => from(context, undefined)),
      ]
    }, absentOrForbidden),
  ])
  if (!byRules && !byProtection) return undefined
  const all = [...(byRules ?? []), ...(byProtection ?? [])]
  return [...new Map(all.map((one) => [`${one.app ?? ''} ${one.name}`, one])).values()]
}
