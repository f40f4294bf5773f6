import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** Version of the service web that a host runs. */
export const running = (town: Town, host = 'web-1') => town.host(host).container('web')?.image.behaviour.version
export const newestOf = async (town: Town, environment = 'production') =>
  (await town.deployments()).find((one) => one.environment === environment) ?? (await town.newest())

/** Says it as somebody with write access, and lets everything settle that can; resolves to the answer. */
export async function say(town: Town, body: string, actor = 'lisa'): Promise<string> {
  town.github.roles[actor] ??= 'write'
  const before = town.github.comments.length
  await town.pass(2)
  await town.tellComment(body, { actor })
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

/** A town with a gate before production, in which the first commit runs, and a second that was pushed. */
export async function pushed(gates: string, { first = 'succeeded' }: { first?: 'succeeded' | 'waiting' } = {}) {
  const town = await openTown({ gates: first === 'succeeded' ? '' : gates })
  const before = first === 'succeeded' ? await town.deploy() : undefined
  const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
  await town.tellPush(revision)
  await town.pass(20)
  return { town, revision, before: before?.revision ?? '' }
}
