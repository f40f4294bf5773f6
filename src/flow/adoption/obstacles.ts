import { posix } from 'node:path'
import type { WrittenService } from '../../config/adoption/compose-text.ts'
import { parseDotenv, reservedName } from '../../config/dotenv.ts'
import { problemText } from '../../domain/problem.ts'
import type { FoundContainer, FoundImage } from '../../host/adoption/look.ts'

/** Services whose image no registry has, or the Compose file does not name: nobody could bring it to a host. */
export function builtHere(containers: FoundContainer[], written: WrittenService[], images: FoundImage[]): string[] {
  const services = [...new Set(containers.map(({ service }) => service))]
  return services.flatMap((service) => {
    const own = containers.filter((one) => one.service === service)
    const pushed = own.every(({ image }) => (images.find(({ id }) => id === image)?.digests.length ?? 0) > 0)
    const named = written.find(({ name }) => name === service)?.image
    if (pushed && named !== undefined) return []
    const image = own[0]?.reference ?? ''
    const to = named ?? `ghcr.io/OWNER/${service}:first`
    if (pushed) return [`the image of ${service} has no name in the Compose file: write \`image: ${to}\` there, beside \`build:\``]
    return [
      `${service} was built on the machine, and no registry has its image: run there \`docker tag ${image} ${to} && docker push ${to}\`` +
        `${named === undefined ? `, and write \`image: ${to}\` beside \`build:\` in the Compose file` : ''}. Its container stays as it is`,
    ]
  })
}

/** Whether a path relative to a folder stays in it. */
export const isInside = (file: string): boolean => !file.startsWith('../') && file !== '..' && !posix.isAbsolute(file)

/** An env file that cannot go into the repository as it is. */
export function envFileObstacle(file: string, texts: ReadonlyMap<string, string>, inClear: readonly string[]): string[] {
  if (!isInside(file)) return [`the env file ${file} lies outside its folder: put it into the folder`]
  if (!texts.has(file)) return [`the env file ${file} is not there`]
  if (inClear.includes(file)) return []
  return [
    `the env file ${file} would be readable for everybody who may read the repository: where nothing in it is secret, say --in-clear ${file};` +
      ' otherwise move its values to .env, and name them under `environment:`',
  ]
}

/** The values of `.env`. Compose puts others in the place of `$NAME`; Landfall takes values as they stand. */
export function readEnv(text: string): { values: Map<string, string>; leftOut: string[]; problems: string[] } {
  const leftOut: string[] = []
  const lines = text.split('\n').map((line) => {
    const name = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1]
    if (name === undefined || !reservedName(name)) return line
    leftOut.push(name)
    return ''
  })
  const dollars = lines.flatMap((line, index) =>
    /^[^#'=]*=[^'#]*(?<!\\)\$/.test(line)
      ? [`.env:${index + 1}: Compose puts another value in the place of the dollar: write the value itself, in single quotes`]
      : [],
  )
  const parsed = parseDotenv(lines.join('\n'), '.env')
  if (parsed.kind === 'invalid') return { values: new Map(), leftOut, problems: parsed.problems.map(problemText) }
  return { values: parsed.value, leftOut, problems: dollars }
}
