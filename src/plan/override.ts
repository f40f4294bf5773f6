import type { PlannedService } from '../domain/plan.ts'
import type { ComposeModel } from './model.ts'

/**
 * The file that is merged over the project's own on every host: each service that runs gets its image by digest and loses
 * `build:`, which would otherwise win where the image is absent. `missing` replaces whatever `pull_policy` stands there: the
 * digest was pulled before, and nothing else may be fetched or built when services start.
 *
 * What a service mounts of files that only a new container sees stands in a label: Compose does not look into files, and would keep
 * the old one.
 *
 * For services that change, `depends_on` keeps the others that change: their order stays, and nothing reaches through it to a
 * service that is to be left alone.
 */
export function overrideText(services: PlannedService[], model: ComposeModel): string {
  const changing = new Set(services.filter((service) => service.change !== 'untouched').map((service) => service.name))
  const blocks = services.flatMap((planned) => {
    const service = model.services[planned.name]
    if (!service || planned.image === '') return []
    const order = Object.entries(service.depends_on).filter(([name]) => changing.has(name))
    const lines = [`    image: ${JSON.stringify(planned.image)}`, '    pull_policy: missing']
    if (service.build !== undefined) lines.push('    build: !reset null')
    if (planned.files !== undefined) lines.push(`    labels: { "io.landfall.files": "${planned.files}" }`)
    if (changing.has(planned.name) && Object.keys(service.depends_on).length > order.length) {
      // JSON is YAML.
      lines.push(`    depends_on: !override ${JSON.stringify(Object.fromEntries(order))}`)
    }
    return [`  ${JSON.stringify(planned.name)}:`, ...lines]
  })
  return ['# Made by Landfall: what runs, fixed by digest.', 'services:', ...blocks, ''].join('\n')
}
