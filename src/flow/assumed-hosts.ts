import type { HostRule } from '../domain/configuration.ts'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import { runsOn } from '../domain/placement.ts'
import { allHosts, type Plan } from '../domain/plan.ts'
import { shellVersion } from '../host/commands.ts'
import type { SeenHost } from './hosts-state.ts'
import type { Target } from './target.ts'

/** As the hosts were when something was planned for them last; of new ones nobody knows, and what others build for is assumed. */
export function platformsOf(hosts: readonly HostRule[], running: Plan | undefined, images: readonly PinnedImage[]): Map<string, string> {
  const usual = images[0]?.platforms[0]?.platform ?? 'linux/amd64'
  return new Map(hosts.map(({ name }) => [name, running?.hosts.find((one) => one.name === name)?.platform ?? usual]))
}

/** Hosts as the last plan left them: nobody is asked, since anybody who may push could have hosts asked by it all day. */
export function assumedHosts({ hosts }: Target, platforms: Map<string, string>, running: Plan | undefined): SeenHost[] {
  return hosts.map((host) => {
    const there = running && allHosts(running).includes(host.name) ? running : undefined
    return {
      host,
      state: {
        shell: shellVersion,
        docker: '',
        platform: platforms.get(host.name) ?? '',
        generation: there?.generation ?? 0,
        ...(there && there.generation > 0 && { current: { generation: there.generation, revision: there.revision, confirmed: true } }),
        wentBack: [],
        containers: there ? containersOf(there, host.name) : [],
      },
    }
  })
}

const containersOf = ({ services, images }: Plan, host: string): ObservedContainer[] =>
  services.flatMap((service) => {
    const image = images.find((one) => pinnedReference(one) === service.image)
    return Array.from({ length: runsOn(service, host) ? service.replicas : 0 }, (_, index) => ({
      ...{
        id: `${service.name} ${index}`,
        name: service.name,
        service: service.name,
        image: image?.digest ?? '',
        reference: service.image,
      },
      ...{ status: service.oneShot ? 'exited' : 'running', exitCode: 0, outOfMemory: false, restarts: 0, startedAt: '', before: true },
    })) satisfies ObservedContainer[]
  })
