import type { PlannedService } from '../domain/plan.ts'
import type { ModelService } from './model.ts'

/** Variables that nginx-proxy looks for in containers; it passes over those that have them empty. */
const asked = ['VIRTUAL_HOST', 'VIRTUAL_HOST_MULTIPORTS']

/** What has to be otherwise in a container of a service that stands beside those that serve. */
export function apartOf({ networks, environment }: ModelService): Pick<PlannedService, 'networks' | 'announced'> {
  const owned = Object.values(networks).some((settings) =>
    Object.keys(settings ?? {}).some((key) => /address$|^link_local_ips$|^aliases$/.test(key)),
  )
  const announced = asked.filter((name) => Object.hasOwn(environment ?? {}, name))
  return { ...(owned && { networks: Object.keys(networks) }), ...(announced.length > 0 && { announced }) }
}
