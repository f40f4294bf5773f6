import type { Log, Ports } from '../flow/ports.ts'
import { openOutside } from './outside.ts'
import { readSettings } from './settings.ts'

/**
 * Everything outside, for a verb that does the work of a Landfall itself.
 *
 * @param why first lines for people where it cannot be had here
 */
export async function outsideHere(open: Pick<Ports, 'store' | 'queue'>, log: Log, why: readonly string[] = []): Promise<Ports> {
  const read = readSettings(process.env)
  if (read.kind !== 'ready') {
    const wrong = read.kind === 'invalid' ? read.messages : ['Nothing of the App is configured here.']
    throw new Error([...why, ...wrong, 'Run this where and as Landfall is started.'].join('\n'))
  }
  const around = { searchPath: process.env.PATH ?? '', home: process.env.HOME, compose: process.env.LANDFALL_COMPOSE }
  return (await openOutside(read.settings, { ...around, environment: process.env }, log, async () => open)).ports
}
