import type { ComposeRisk } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { type Finding, modelShape } from './compose-risks/finding.ts'
import { kernel } from './compose-risks/kernel.ts'
import { contents, mounts, volumeOptions } from './compose-risks/mounts.ts'
import { namespaces } from './compose-risks/namespaces.ts'
import { otherContainers, otherProjects } from './compose-risks/other-projects.ts'

export interface RisksRequest {
  project: string
  /** What the operator allows this repository. */
  allow: ComposeRisk[]
  /** The first Compose file, for messages: a rendered model no longer knows its lines. */
  file: string
}

/**
 * Everything in a project that would reach beyond its own containers, unless the operator allows it. A merge to a
 * repository must not make its author root on the host. All findings at once. The model is what Compose rendered, variables
 * replaced: what is judged is what would run.
 */
export function composeRisksIn(model: unknown, { project, allow, file }: RisksRequest): Problem[] {
  const read = modelShape.parse(model)
  const services = Object.entries(read.services ?? {}).flatMap(([name, service]) => {
    const path = `services.${name}`
    return [
      ...kernel(service, path),
      ...namespaces(service, path),
      ...mounts(service, path, project),
      ...otherContainers(service, path),
      ...(service.provider
        ? [{ risk: 'never' as const, path: `${path}.provider`, what: 'is a program run on the host, not a container' }]
        : []),
    ]
  })
  const findings = [...services, ...volumeOptions(read, project), ...contents(read, project), ...otherProjects(read, project)]
  return findings.filter(({ risk }) => risk === 'never' || !allow.includes(risk)).map((finding) => problemOf(finding, file))
}

function problemOf({ risk, path, what }: Finding, file: string): Problem {
  const remedy = risk === 'never' ? 'Run it as an image' : `Do without, or have the operator add "${risk}" to this repository's \`allow:\``
  return { file, path, what, remedy }
}
