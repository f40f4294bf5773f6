import type { Outlook, PlannedOutlook, PullPlan } from '../domain/pull-plan.ts'
import { sentenceOf } from '../domain/reason.ts'
import { type Sha, shortSha } from '../domain/repository.ts'
import { words } from './answers/said.ts'
import { composeDiff } from './compose-diff.ts'
import { draftSections } from './draft-sections.ts'
import { explained, explainedSection } from './explained.ts'
import { commitUrl } from './links.ts'
import { code, link } from './markdown.ts'
import type { Section } from './sections.ts'
import { changesText } from './wording.ts'

/** Environments told of one by one; of more than that the overview is all there is. */
const mostEnvironments = 30

/** At first sight: what would become of each environment, a line each. */
export const overviewSection = ({ environments }: PullPlan): Section => ({
  head: '**What merging would do**\n',
  rows:
    environments.length === 0
      ? ['Nothing: no environment follows the branch it goes into.']
      : environments.map((outlook) => `- ${iconOf(outlook)} **${words(outlook.environment, 200)}**: ${lineOf(outlook)}`),
})

/** Each environment by itself, those where something would happen. */
export const outlookSections = ({ environments }: PullPlan): Section[][] =>
  environments
    .filter(({ kind }) => kind !== 'nothing')
    .slice(0, mostEnvironments)
    .map((outlook) => [{ head: `### ${words(outlook.environment, 200)}` }, ...detailsOf(outlook)])

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
  const { draft, unbuilt, before, closed } = outlook
  return [
    { head: before ? `${code(shortSha(before.revision))} runs there now.` : 'Nothing runs there yet.' },
    ...(closed.length === 0 ? [] : [{ head: '**Gates before it**\n', rows: closed.map((reason) => `- ${explained(reason)}`) }]),
    ...draftSections(draft, unbuilt),
  ]
}

function diffText({ draft, before }: PlannedOutlook, room: number): string {
  if (!before) return 'All of it is new.'
  return composeDiff(before.compose, draft.compose, room) ?? 'It stays as it is.'
}
