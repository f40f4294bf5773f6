import assert from 'node:assert/strict'
import type { Town } from '../lab/landfall/town.ts'
import { ordersAt } from '../lab/sshd-record.ts'
import { eventually } from './eventually.ts'

/** A killed Landfall's work goes on this soon after a Landfall is up again, in seconds. */
const promised = 5

/**
 * Starts Landfall again and waits until it gives the host its first order. Resolves to the seconds from being up to then,
 * as text; throws where they are more than promised.
 */
export async function restartAndContinue(town: Town): Promise<string> {
  const before = ordersAt(town.host)
  const [ordered] = await Promise.all([
    eventually('an order to the host', () => (ordersAt(town.host) > before ? Date.now() : undefined)),
    town.scenario.restart(),
  ])
  const up = await town.scenario.landfall.logged(({ msg }) => msg === 'landfall serves')
  const seconds = Math.max(0, ordered - up.time) / 1000
  assert.ok(seconds <= promised, `the work went on ${seconds.toFixed(1)} s after Landfall was up`)
  return `${seconds.toFixed(1)} s`
}
