import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { Draft, Plan, PlannedHost, PlannedService, PlannedStep } from '../domain/plan.ts'
import { shortSha } from '../domain/repository.ts'
import { changeWord, entryText, fileRows, hostsWithAll } from './files-text.ts'
import { isProvedByState, provedByState } from './proof-section.ts'
import { oneLine } from './text.ts'
import { durationText } from './time.ts'

/** The plan as people read it before and after: what changes, with which images, on which hosts in which order. Plain text. */
export function planText(plan: Draft | Plan): string {
  const title = plan.kind === 'rollback' ? 'Rollback' : 'Deploy'
  return [
    `${title} ${plan.project} to ${plan.environment}: ${shortSha(plan.revision)}${'generation' in plan ? ` (generation ${plan.generation})` : ''}`,
    ...block('Services', [...plan.services.map(serviceRow), ...plan.removed.map((name) => [name, 'removed', 'its volumes stay'])]),
    ...block('Before', (plan.before ?? []).map(stepRow)),
    ...block('No way back', plan.contract?.because.map((why) => [why]) ?? []),
    ...block('Images', plan.images.map(imageRow)),
    ...block('Hosts', hostRows(plan)),
    ...block('Files', fileLines(plan)),
    ...block('From the operator', plan.fromOperator ? [[plan.fromOperator.map(({ name }) => name).join(', ')]] : []),
  ].join('\n')
}

function fileLines(plan: Draft): string[][] {
  const { rows, more } = fileRows(plan)
  const everywhere = hostsWithAll(plan)
  return [
    ...(plan.synced ?? []).flatMap((entry) => entryText(entry, plan) ?? []).map((text) => [text]),
    ...rows.map(({ sign, path, source }) => [`${sign} ${path}${source === undefined ? '' : ` from ${source}`}`]),
    ...(more > 0 ? [[`and ${more} more`]] : []),
    ...(rows.length > 0 && everywhere.length > 0 ? [[`all of them are new on ${everywhere.join(', ')}`]] : []),
  ]
}

/** Why a service changes or what is done about it, in plain words; empty where nothing is to be said. */
export const serviceNote = ({ change, because, reloaded, oneShot, replicas, startFirst, beside, hosts }: PlannedService): string =>
  [
    change === 'untouched' && replicas > 0
      ? `keeps its containers${reloaded ? ', which take the changed files up' : ''}`
      : because.join(' and '),
    beside ? 'started beside the old one, then the old one goes' : '',
    change === 'recreated' && startFirst && !beside ? 'stops first this once: what runs may have no room for another beside it' : '',
    oneShot ? 'runs once' : '',
    replicas > 1 ? `${replicas} containers` : '',
    replicas === 0 ? 'not started' : '',
    hosts === undefined ? '' : `only on ${hosts.join(', ')}`,
  ]
    .filter((note) => note !== '')
    .join(', ')

const serviceRow = (service: PlannedService): string[] => [
  service.name,
  changeWord(service),
  `${serviceNote(service)}${isProvedByState(service) ? `; ${provedByState}` : ''}`,
]

/** Of a step what it runs, as what, and where. */
export const stepRow = ({ service, host, run, within, needs }: PlannedStep): string[] => [
  run.join(' '),
  `as ${service}, once on ${host}, for ${durationText(within)} at most`,
  needs.length === 0 ? '' : `with ${needs.map((need) => need.service).join(', ')}`,
]

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
      if (plan.away?.includes(name)) return [waveName, name, 'away, gets it when it is back']
      return [waveName, name, hostNote(plan.hosts.find((host) => host.name === name))]
    }),
    ...(wave.pause > 0 ? [['', `then a pause of ${durationText(wave.pause)}`]] : []),
  ])
}

/** What runs on a host now, and what only it has to do. */
const hostNote = (host: PlannedHost | undefined): string =>
  [host?.previous ? `runs ${shortSha(host.previous.revision)} now` : 'first deployment', ownWork(host)]
    .filter((part) => part !== '')
    .join(', ')

/** What only this host has to create or to remove; empty where it has nothing of its own to do. */
export const ownWork = ({ creates = [], removes = [] }: Partial<PlannedHost> = {}): string =>
  [
    ...(creates.length > 0 ? [`creates ${creates.join(', ')} too`] : []),
    ...(removes.length > 0 ? [`removes ${removes.join(', ')}`] : []),
  ].join(', ')

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
