import { recordsOf } from './records.ts'
import type { Scenario } from './scenario.ts'

/**
 * Does something with a Landfall that was started again in these circumstances, such as another pace of looking for itself, and something
 * before while it is down; afterwards it runs as before.
 */
export async function restartedWith<T>(
  scenario: Scenario,
  environment: Record<string, string>,
  { down, up }: { down?: () => Promise<void>; up: () => Promise<T> },
): Promise<T> {
  const { query } = recordsOf(scenario.environment)
  // The time of the next look was set at the pace of before.
  const lookAnew = () => query('delete from sweeps')
  await scenario.landfall.stop()
  try {
    await down?.()
    await lookAnew()
    await scenario.restart({ environment })
    return await up()
  } finally {
    await scenario.landfall.stop()
    await lookAnew()
    await scenario.restart()
  }
}
