import type { Plan } from '../domain/plan.ts'
import { apart } from './apart.ts'

/** A Compose file that is merged over a release's own for a container that runs once, whatever service it is of: a step, or a task. */
export const onceFile = ({ services }: Pick<Plan, 'services'>): string => {
  const running = services.filter(({ replicas }) => replicas > 0)
  // JSON is YAML; the tags are Compose's own.
  const blocks = running.flatMap((service) => [`  ${JSON.stringify(service.name)}:`, ...apart(service)])
  return `${(running.length > 0 ? ['services:', ...blocks] : ['services: {}']).join('\n')}\n`
}
