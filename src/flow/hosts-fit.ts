import { type PinnedImage, samePlatform } from '../domain/image.ts'
import { type HostProfiles, hasPlaceOn } from '../domain/placement.ts'
import type { Draft } from '../domain/plan.ts'
import { reason } from '../domain/reason.ts'
import type { ComposeModel } from '../plan/model.ts'
import { shellNeeded } from '../plan/shell-needed.ts'
import type { SeenHost } from './hosts-state.ts'
import { failed, rejected, type Step } from './prepared.ts'

/** Why a host cannot do what is planned for it. */
type Unfit = Exclude<Step<never>, { kind: 'ok' }>

/** A host for whose platform an image is missing that it would run. @param pins by service */
export function platformMissing(
  pins: ReadonlyMap<string, PinnedImage>,
  { services }: ComposeModel,
  profiles: HostProfiles,
  seen: SeenHost[],
): Unfit | undefined {
  for (const { host, state } of seen) {
    for (const [service, image] of pins) {
      if (!hasPlaceOn(services[service]?.profiles ?? [], profiles.get(host.name))) continue
      if (image.platforms.some(({ platform }) => samePlatform(platform, state.platform))) continue
      const offered = image.platforms.map(({ platform }) => platform).join(', ') || 'none'
      const evidence = { image: `${image.repository}:${image.tag}`, platform: state.platform, host: host.name, offered }
      return rejected(reason('platform-missing', evidence))
    }
  }
  return undefined
}

/** A host with an older landfall-shell than the plan needs. */
export function shellMissing(draft: Draft, seen: SeenHost[]): Unfit | undefined {
  const needed = shellNeeded(draft)
  const old = needed && seen.find(({ state }) => state.shell < needed.version)
  if (!needed || !old) return undefined
  const detail = `${needed.why} needs version ${needed.version} of landfall-shell, and it has version ${old.state.shell}`
  return failed(reason('host-not-ready', { host: old.host.name, detail }))
}
