import { z } from 'zod'
import type { Problem } from '../../domain/problem.ts'
import type { RenderRequest } from '../../flow/ports.ts'
import { readModel } from '../../plan/model.ts'
import { misplaced } from '../../plan/placement.ts'
import type { Variables } from '../../plan/template.ts'
import type { ComposeSource } from './source.ts'
import { positionOf } from './yaml.ts'

const content = z.record(z.string(), z.looseObject({ environment: z.string().optional() })).optional()
const model = z.looseObject({
  services: z.record(z.string(), z.looseObject({ profiles: z.array(z.string()).optional() })).optional(),
  configs: content,
  secrets: content,
})

/** What Compose accepts while it renders every profile, and would refuse on a host that has not all of them, after services have been stopped. */
export function checkModel(rendered: unknown, source: ComposeSource, variables: Variables, hosts: RenderRequest['hosts']): Problem[] {
  const { services = {}, configs = {}, secrets = {} } = model.parse(rendered)
  const problems: Problem[] = []
  const add = (keys: string[], what: string, remedy: string) => {
    const file = source.files.find((candidate) => candidate.document.hasIn(keys.slice(0, 2))) ?? source.files[0]
    if (file) problems.push({ file: file.path, ...positionOf(file, keys), path: keys.join('.'), what, remedy })
  }
  const profiles = new Map(hosts.map((host) => [host.name, host.profiles]))
  const names = hosts.map(({ name }) => name)
  for (const { service, key, needs, host } of misplaced(readModel(rendered), names, profiles)) {
    const own = services[needs]?.profiles ?? []
    const optional = key === 'depends_on' ? ', or write `required: false`' : ''
    const remedy = `Give ${host} the profile ${own.join(' or ')}, or take it off ${needs}${optional}`
    add(['services', service, key], `needs ${needs}, which runs only with a profile that ${host} has not`, remedy)
  }
  for (const [kind, all] of Object.entries({ configs, secrets })) {
    for (const [name, { environment }] of Object.entries(all)) {
      if (environment === undefined || variables.has(environment)) continue
      add([kind, name, 'environment'], `variable ${environment} is not set`, `Set ${environment} in the environment's env file`)
    }
  }
  return problems
}
