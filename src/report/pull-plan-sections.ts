import type { Draft } from '../domain/plan.ts'
import type { Outlook, PlannedOutlook, PullPlan, VariableChange } from '../domain/pull-plan.ts'
import { sentenceOf } from '../domain/reason.ts'
import { type Sha, shortSha } from '../domain/repository.ts'
import { words } from './answers/said.ts'
import { composeDiff } from './compose-diff.ts'
import { changeSections, sourceSections } from './draft-sections.ts'
import { explained, explainedSection } from './explained.ts'
import { changeWord } from './files-text.ts'
import { commitUrl } from './links.ts'
import { code, link } from './markdown.ts'
import type { Section } from './sections.ts'
import { cut, oneLine } from './text.ts'
import { changesText, moves } from './wording.ts'

/** Environments told of one by one; of more than that the overview is all there is. */
const mostEnvironments = 30

/** `Merging deploys to production: 2 services recreated on 3 hosts`: all of it in a line. Not for Markdown. */
export function gistOf({ environments, fork, merged, base }: PullPlan): string {
  const named = (kind: Outlook['kind']) => environments.filter((one) => one.kind === kind).map(({ environment }) => oneLine(environment))
  const [refused, planned] = [named('refused'), named('planned')]
  const doubt = fork
    ? `; it comes from a fork: this is ${oneLine(base)} without it`
    : merged === undefined
      ? '; GitHub cannot merge it now'
      : ''
  if (refused.length > 0) return `Merging would be refused for ${refused.join(', ')}${doubt}`
  if (planned.length === 0) return `Merging deploys nothing${doubt}`
  return `Merging deploys to ${planned.join(', ')}: ${workOf(environments)}${doubt}`
}

/** `2 services recreated, 1 created on 3 hosts` */
function workOf(environments: readonly Outlook[]): string {
  const drafts = environments.flatMap((one) => (one.kind === 'planned' ? one.draft : []))
  const services = drafts.flatMap((draft) => [
    ...draft.services.map(changeWord),
    ...draft.removed.map(() => 'removed' as const),
    ...movedIn(draft),
  ])
  const counts = (['recreated', 'created', 'reloaded', 'removed'] as const).flatMap((change) => {
    const count = services.filter((one) => one === change).length
    return count === 0 ? [] : [{ change, count }]
  })
  const [first, ...others] = counts
  if (!first) return 'every service stays as it is'
  const hosts = new Set(drafts.flatMap((draft) => draft.hosts.map(({ name }) => name))).size
  const texts = [
    `${first.count} ${first.count === 1 ? 'service' : 'services'} ${first.change}`,
    ...others.map(({ count, change }) => `${count} ${change}`),
  ]
  return `${texts.join(', ')} on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
}

/** A service that moves counts as created by itself, and that it is removed elsewhere says no more. */
const movedIn = (draft: Draft) =>
  moves(draft).flatMap(({ service, change }) =>
    draft.services.some((one) => one.name === service && one.change === 'untouched') ? [change] : [],
  )

/** What would become of each environment, a line each. */
export const overviewSection = (plan: PullPlan): Section => ({
  head: `### ${words(gistOf(plan), 1000)}\n`,
  rows:
    plan.environments.length === 0
      ? ['Nothing: no environment follows the branch it goes into.']
      : plan.environments.map((outlook) => `- ${iconOf(outlook)} **${words(outlook.environment, 200)}**: ${lineOf(outlook)}`),
})

/** Each environment by itself, those where something would happen: what people have to know before they merge. */
export const outlookSections = (plan: PullPlan): Section[][] => byEnvironment(plan, detailsOf)

/** The same for whoever looks closer: why it would be refused, and what it would be made of. */
export const sourcesOf = (plan: PullPlan): Section[][] =>
  byEnvironment(plan, (outlook) => (outlook.kind === 'planned' ? sourceSections(outlook.draft, outlook.unbuilt) : detailsOf(outlook)))

const byEnvironment = ({ environments }: PullPlan, sections: (outlook: Outlook) => Section[]): Section[][] =>
  environments
    .filter(({ kind }) => kind !== 'nothing')
    .slice(0, mostEnvironments)
    .map((outlook) => [{ head: `### ${words(outlook.environment, 200)}` }, ...sections(outlook)])

/** How the Compose file of each environment that is deployed to would change, all together in so many bytes. */
export function diffSections({ environments }: PullPlan, room: number): Section[] {
  const all = environments.filter((one) => one.kind === 'planned').slice(0, mostEnvironments)
  return all.map((outlook) => {
    const title = `**Compose file of ${words(outlook.environment, 200)}**`
    // What is left is for the title, however it is written, and for the space around it.
    return { head: `${title}\n\n${diffText(outlook, room / all.length - 1000)}` }
  })
}

/** What it was computed for: it holds for nothing else. */
export function basisText({ repository, head, base, merged, fork }: PullPlan, github: string): string {
  const commit = (sha: Sha) => link(code(shortSha(sha)), commitUrl(github, repository, sha))
  if (fork) return `for ${commit(head)} · it comes from a fork, so this is what ${words(base, 200)} brings without it`
  return `for ${commit(head)} · ${merged === undefined ? 'by itself, as GitHub could not try the merge' : `merged as ${commit(merged)}`}`
}

function iconOf(outlook: Outlook): string {
  if (outlook.kind === 'planned') return outlook.closed.length > 0 ? '⏳' : '🚚'
  return outlook.kind === 'refused' ? '⛔' : '💤'
}

function lineOf(outlook: Outlook): string {
  if (outlook.kind === 'nothing') return `nothing; ${words(outlook.why, 500)}`
  if (outlook.kind === 'refused') return `refused; ${words(sentenceOf(outlook.reason).split('\n', 1)[0] ?? '', 500)}`
  const { draft, closed } = outlook
  const gates = closed.length === 0 ? '' : `, once ${closed.length === 1 ? 'a gate is' : `${closed.length} gates are`} open`
  return `${words(changesText(draft), 500)}${gates}`
}

function detailsOf(outlook: Outlook): Section[] {
  if (outlook.kind === 'nothing') return []
  if (outlook.kind === 'refused') return [explainedSection(outlook.reason)]
  const { closed, variables = [], broughtBack = [], draft } = outlook
  return [
    { head: nowText(outlook) },
    ...(broughtBack.length === 0
      ? []
      : [{ head: '⚠️ **What was rolled back comes back**\n', rows: broughtBack.map((reason) => `- ${explained(reason)}`) }]),
    ...(closed.length === 0 ? [] : [{ head: '**Gates before it**\n', rows: closed.map((reason) => `- ${explained(reason)}`) }]),
    ...changeSections(draft),
    ...(variables.length === 0
      ? []
      : [{ head: '**Variables of `.env` that change** (never their values)\n', rows: variables.map(variableRow) }]),
  ]
}

function nowText({ before, adopts, draft }: PlannedOutlook): string {
  if (before) return `${code(shortSha(before.revision))} runs there now.`
  if (!adopts) return 'Nothing runs there yet.'
  const restarted = draft.services.filter(({ change }) => change === 'recreated').length
  const taken = '**Adoption:** what runs there was started by hand, and Landfall looks after it from the merge on. '
  if (restarted === 0) return `${taken}**0 services restart**: containers, volumes and the folder stay as they are.`
  return `${taken}**${restarted} ${restarted === 1 ? 'service restarts' : 'services restart'}**, for the reasons below; the others keep their containers.`
}

function diffText({ draft, before }: PlannedOutlook, room: number): string {
  if (!before) return 'All of it is new.'
  const diff = composeDiff(before.compose, draft.compose, room)
  return diff === undefined ? 'It stays as it is.' : `<details><summary>How it changes</summary>\n\n${diff}\n\n</details>`
}

const variableRow = ({ name, change }: VariableChange): string => `- ${code(cut(name, 200))} ${change}`
