import { z } from 'zod'
import type { Problem } from '../../domain/problem.ts'
import type { Variables } from '../../plan/template.ts'
import type { ComposeSource } from './source.ts'
import { positionOf } from './yaml.ts'

const content = z.record(z.string(), z.looseObject({ environment: z.string().optional() })).optional()
const model = z.looseObject({
  services: z
    .record(
      z.string(),
      z.looseObject({
        profiles: z.array(z.string()).optional(),
        depends_on: z.record(z.string(), z.looseObject({ required: z.boolean().optional() })).nullish(),
      }),
    )
    .optional(),
  configs: content,
  secrets: content,
})

/** What Compose accepts while it renders every profile, and would refuse on the host, after services have been stopped. */
export function checkModel(rendered: unknown, source: ComposeSource, variables: Variables): Problem[] {
  const { services = {}, configs = {}, secrets = {} } = model.parse(rendered)
  const problems: Problem[] = []
  const add = (keys: string[], what: string, remedy: string) => {
    const file = source.files.find((candidate) => candidate.document.hasIn(keys.slice(0, 2))) ?? source.files[0]
    if (file) problems.push({ file: file.path, ...positionOf(file, keys), path: keys.join('.'), what, remedy })
  }
  for (const [name, { profiles, depends_on }] of Object.entries(services)) {
    if (profiles?.length) continue
    for (const [other, { required }] of Object.entries(depends_on ?? {})) {
      if (required === false || !services[other]?.profiles?.length) continue
      const remedy = `Take the profile off ${other}, or write \`required: false\``
      add(['services', name, 'depends_on'], `needs ${other}, which runs only with a profile`, remedy)
    }
  }
  for (const [kind, all] of Object.entries({ configs, secrets })) {
    for (const [name, { environment }] of Object.entries(all)) {
      if (environment === undefined || variables.has(environment)) continue
      add([kind, name, 'environment'], `variable ${environment} is not set`, `Set ${environment} in the environment's env file`)
    }
  }
  return problems
}
