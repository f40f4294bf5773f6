import type { Scenario } from '../../lab/landfall/scenario.ts'
import { siteByHand } from '../../lab/site/by-hand.ts'
import { type Site, siteThroughLandfall } from '../../lab/site/through-landfall.ts'

/** A way to bring releases of one and the same site, behind a balancer of its own. */
export interface Side extends Site {
  /** `_script` of `dropped_requests_script`; empty for Landfall. */
  figure: string
}

/** Opens the three sides on one host, with a first release each. */
export async function openSides(scenario: Scenario): Promise<Side[]> {
  const landfall = await siteThroughLandfall(scenario, { balancer: 'haproxy', project: 'drop-landfall', port: 18_090, drainSeconds: 5 })
  const script = await siteByHand(scenario, { project: 'drop-script', port: 18_091, way: 'scale-and-remove' })
  const plain = await siteByHand(scenario, { project: 'drop-plain', port: 18_092, way: 'plain-up' })
  return [
    { ...landfall, figure: '' },
    { ...script, figure: '_script' },
    { ...plain, figure: '_plain' },
  ]
}
