import type { Behaviour } from '../support/fake-registry.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

/** Tasks as they are written in the shop's file. */
export const tasks =
  'tasks: { reindex: { service: web, run: [bin/reindex, "--all it"], within: 2m }, seed: { service: db, run: [seed] } }\n'

/** A shop on its second release, with two tasks. */
export async function shop({ behaviour = {}, ...options }: TownOptions & { behaviour?: Behaviour } = {}) {
  const town = await openTown({ started: false, ...options })
  const landfall = await town.start()
  await town.deploy({ '.github/landfall.yml': landfallYml({ ...options, follows: options.hosts ?? ['web-1'] }) + tasks })
  return { town, landfall, deployed: await town.deploy({}, { behaviour }) }
}

/** What was run once, by host; the number of a task is left out. */
export const ran = (town: Town) =>
  [...town.hosts.values()].map(({ once }) => once.map(([name = '', ...rest]) => [name.slice(0, 5), ...rest]))
export const answer = (town: Town) => town.github.comments.at(-1)?.body ?? ''
export async function run(town: Town, body = '/run reindex production', changes = {}) {
  await town.tellComment(body, changes)
  await town.until(() => town.github.comments.length > 0, 60)
  await town.quiet()
}
