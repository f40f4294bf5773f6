import type { ImageLine } from '../domain/image.ts'
import type { Problem } from '../domain/problem.ts'
import { interpolate } from './template.ts'

/**
 * A problem for every image that a secret has a part in naming: names of images are shown, and whoever runs the registry named there is
 * asked for them, also for a pull request that nobody has looked at.
 */
export function secretImages(lines: readonly ImageLine[], variables: ReadonlyMap<string, string>, secret: ReadonlySet<string>): Problem[] {
  return lines.flatMap(({ line, service, file, at }) =>
    [...secret]
      .filter((name) => interpolate(line, new Map([...variables, [name, `${variables.get(name)}?`]])) !== interpolate(line, variables))
      .map((name): Problem => {
        const what = `the name of an image must not depend on the secret ${name}: registries are asked for it, and everybody sees it`
        return { file, ...at, path: `services.${service}.image`, what, remedy: 'Put the variable into `env`, where it can be read' }
      }),
  )
}
