import { randomFrom } from './random.ts'

/** What a town with staging asks before production is deployed to. */
export interface Rules {
  /** Production takes only what staging verified. */
  after: boolean
  approve: { count: number; notAuthor: boolean } | undefined
  /** The check `build` has to be green, in both. */
  checks: boolean
}

/** Where a project runs. */
export type Place = 'production' | 'staging'

/**
 * The rules of a seed's town; undefined for one with production alone, in which nobody asks for anything. They have a row of numbers of
 * their own, so that the stories of such towns stay what they were.
 */
export function rulesOf(seed: number): Rules | undefined {
  const random = randomFrom(seed + 0x2000_0000)
  if (random.chance(0.35)) return undefined
  const after = random.chance(0.7)
  const asks = !after || random.chance(0.7)
  const approve = asks ? { count: random.chance(0.3) ? 2 : 1, notAuthor: random.chance(0.5) } : undefined
  return { after, approve, checks: random.chance(0.4) }
}

/** The environments of a town's landfall.yml, with what they ask for. `rollout` is production's, as it is written there. */
export function environmentsText(rules: Rules | undefined, hosts: Record<Place, readonly string[]>, rollout: string): string {
  const common = 'branch: main, env: deploy/production.env'
  const production = `${common}, hosts: [${hosts.production.join(', ')}]${rollout}`
  if (!rules) return `  production: { ${production} }\n`
  const checks = rules.checks ? ', checks: [build]' : ''
  const after = rules.after ? ', after: staging' : ''
  const approve = rules.approve ? `, approve: { count: ${rules.approve.count}, not-author: ${rules.approve.notAuthor} }` : ''
  return `  production: { ${production}${after}${approve}${checks} }
  staging: { ${common}, hosts: [${hosts.staging}]${checks} }
`
}

/** The rules in words. */
export function tellRules(rules: Rules | undefined): string {
  if (!rules) return 'production alone'
  const { after, approve, checks } = rules
  const asks = [
    ...(after ? ['what staging verified'] : []),
    ...(approve ? [`${approve.count} of somebody${approve.notAuthor ? ' else' : ''} to approve`] : []),
    ...(checks ? ['a green check'] : []),
  ]
  return `staging, and production that asks for ${asks.join(' and ')}`
}
