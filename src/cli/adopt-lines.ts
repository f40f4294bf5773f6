import type { FoundMachine, FoundProject } from '../flow/adoption/find.ts'
import { lines } from '../report/text.ts'

/** What the folder is a checkout of, where that is on GitHub. */
export const suggested = (found: FoundProject | undefined): string | undefined =>
  /[/:@.]github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(found?.origin ?? '')?.[1]

/** Everything there is, and what is to be done about it. */
export function machineLines({ projects, strangers }: FoundMachine, word: string): string[] {
  if (projects.length === 0) return ['No Compose project runs there.', ...strangerLines(strangers)]
  return [...projects.flatMap((found) => projectLines(found, word)), ...strangerLines(strangers)]
}

function projectLines(found: FoundProject, word: string): string[] {
  const { name, folder, files, containers, kept, obstacles, origin, values } = found
  const services = [...new Set(containers.map(({ service }) => service))].sort()
  const differing = services.filter((service) => containers.some((one) => one.service === service && !kept.includes(one.name)))
  const repository = suggested(found)
  return [
    `${name}`,
    `  in ${folder} (${files.join(', ')})${origin === undefined ? '' : `, a checkout of ${origin}`}`,
    ...services.map((service) => `  ${service}: ${stateOf(service, found)}`),
    ...(values.size > 0 ? [`  .env: ${values.size === 1 ? '1 value' : `${values.size} values`}, which will be encrypted`] : []),
    ...obstacles.flatMap((obstacle) => lines(`  ! ${obstacle}.`)),
    ...(obstacles.length === 0 && differing.length > 0
      ? [
          `  ! not as its files say: ${differing.join(', ')}. It would restart; run \`docker compose up -d\` in the folder when that suits, or let it.`,
        ]
      : []),
    ...(obstacles.length === 0 ? [`  landfall adopt ${word} ${name}${repository === undefined ? ' --repository OWNER/NAME' : ''}`] : []),
    '',
  ]
}

function stateOf(service: string, { containers, answers }: FoundProject): string {
  const own = containers.filter((one) => one.service === service)
  const up = own.filter(({ running }) => running).length
  const answer = answers.get(service)
  return [
    own[0]?.reference ?? '',
    up === own.length ? (own.length > 1 ? `${up} run` : 'runs') : `${up} of ${own.length} run`,
    ...(answer ? [`answers at :${answer.port}${answer.health}`] : []),
  ].join(', ')
}

const strangerLines = (strangers: readonly string[]): string[] =>
  strangers.length === 0 ? [] : [`Not of Compose, and left alone: ${strangers.join(', ')}.`]
