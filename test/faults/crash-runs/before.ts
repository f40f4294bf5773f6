import { randomFrom } from './random.ts'

/** Whether the town of a seed runs something once before its hosts change. It has a row of numbers of its own, as rules have. */
export const runsBefore = (seed: number): boolean => randomFrom(seed + 0x5000_0000).chance(0.4)

/** What production says of it in landfall.yml. It takes long enough to be struck. */
export const beforeText = (before: boolean): string => (before ? ', before: [{ service: web, run: [sleep, "2"] }]' : '')

/** The web service's image starts its server whatever it is told; here it does what it is told. */
export const obeying = (compose: string, before: boolean): string =>
  before ? compose.replace('    depends_on: [db]', '    depends_on: [db]\n    entrypoint: []\n    command: [/app/serve]') : compose
