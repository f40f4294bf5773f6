import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { Draft, Plan, PlannedService } from '../domain/plan.ts'
import { shortSha } from '../domain/repository.ts'
import { oneLine } from './text.ts'
import { durationText } from './time.ts'

/** The plan as people read it before and after: what changes, with which images, on which hosts in which order. Plain text. */
export function planText(plan: Draft | Plan): string {
  const title = plan.kind === 'rollback' ? 'Rollback' : 'Deploy'
  return [
    `${title} ${plan.project} to ${plan.environment}: ${shortSha(plan.revision)}${'generation' in plan ? ` (generation ${plan.generation})` : ''}`,
    ...block('Services', [...plan.services.map(serviceRow), ...plan.removed.map((name) => [name, 'removed', 'its volumes stay'])]),
    ...block('Images', plan.images.map(imageRow)),
    ...block('Hosts', hostRows(plan)),
  ].join('\n')
}

/** Why a service changes or what is done about it, in plain words; empty where nothing is to be said. */
export const serviceNote = ({ change, because, oneShot, replicas }: PlannedService): string =>
  [
    change === 'untouched' ? 'keeps its containers' : because.join(' and '),
    oneShot ? 'runs once' : '',
    replicas > 1 ? `${replicas} containers` : '',
    replicas === 0 ? 'not started' : '',
  ]
    .filter((note) => note !== '')
    .join(', ')

const serviceRow = (service: PlannedService): string[] => [service.name, service.change, serviceNote(service)]

/** Its reference by digest, and where it comes from. */
export function imageRow(image: PinnedImage): [reference: string, origin: string] {
  const origin = image.revision ? `built from ${shortSha(image.revision)}` : `was ${image.tag}`
  return [pinnedReference(image), origin]
}

/** In the order of their turns: the wave where there are several, the host, and what runs there; pauses between. */
export function hostRows(plan: Draft): string[][] {
  return plan.waves.flatMap((wave, index) => [
    ...wave.hosts.map((name) => {
      const waveName = plan.waves.length > 1 ? `wave ${index + 1}` : ''
      const { previous: before, creates } = plan.hosts.find((host) => host.name === name) ?? {}
      if (plan.away?.includes(name)) return [waveName, name, 'away, gets it when it is back']
      return [waveName, name, before ? `runs ${shortSha(before.revision)} now` : firstText(creates)]
    }),
    ...(wave.pause > 0 ? [['', `then a pause of ${durationText(wave.pause)}`]] : []),
  ])
}

/** A host that joins others creates what they keep. */
const firstText = (creates: readonly string[] = []): string =>
  creates.length === 0 ? 'first deployment' : `first deployment, creates ${creates.join(', ')} too`

/** Rows under a title, their columns aligned; nothing for no rows. */
function block(title: string, rows: string[][]): string[] {
  const clean = rows.map((row) => row.map(oneLine))
  const width = (column: number) => Math.max(0, ...clean.map((row) => Array.from(row[column] ?? '').length))
  const aligned = clean.map((row) =>
    row
      .flatMap((cell, column) => (width(column) === 0 ? [] : [cell.padEnd(width(column))]))
      .join('  ')
      .trimEnd(),
  )
  return rows.length === 0 ? [] : ['', title, ...aligned.map((row) => `  ${row}`)]
}
