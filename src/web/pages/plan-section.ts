import type { Draft, PlannedHost, PlannedService } from '../../domain/plan.ts'
import { shortSha } from '../../domain/repository.ts'
import { changeWord, entryText, fileRows, hostsWithAll } from '../../report/files-text.ts'
import { ownWork, serviceNote } from '../../report/plan-text.ts'
import { durationText } from '../../report/time.ts'
import { type Html, html } from './html.ts'

/** What was fixed before anything was touched: services, and hosts with their order. */
export const planSection = (plan: Draft): Html => html`<section id="plan" aria-labelledby="plan-title">
<h2 id="plan-title">Plan</h2>
${contractNote(plan)}
<table>
<caption class="hidden">Services and what happens to them</caption>
<thead><tr><th scope="col">Service</th><th scope="col">Change</th><th scope="col">Image</th></tr></thead>
<tbody>${plan.services.map((service) => serviceRow(plan, service))}${plan.removed.map(removedRow)}</tbody>
</table>
${stepsTable(plan)}
<table>
<caption class="hidden">Hosts, in the order they are switched</caption>
<thead><tr><th scope="col">Host</th><th scope="col">Before</th><th scope="col">Platform</th></tr></thead>
<tbody>${plan.waves.flatMap((wave, index) => wave.hosts.map((name) => hostRow(plan, name, index)))}</tbody>
</table>${filesTable(plan)}
</section>`

const contractNote = ({ contract }: Draft): Html | false =>
  contract !== undefined && html`<p><strong>This release cannot be gone back over</strong>: ${contract.because.join('; ')}</p>`

const stepsTable = ({ before = [] }: Draft): Html | false =>
  before.length > 0 &&
  html`<table>
<caption class="hidden">What is run once before anything is switched</caption>
<thead><tr><th scope="col">Before</th><th scope="col">Service</th><th scope="col">Host</th></tr></thead>
<tbody>${before.map(
    ({ run, service, host, within }) => html`<tr>
<th scope="row"><code>${run.join(' ')}</code></th>
<td data-label="Service">${service}</td>
<td data-label="Host">${host} <span class="note">once, for ${durationText(within)} at most</span></td>
</tr>`,
  )}</tbody>
</table>`
function filesTable(plan: Draft): Html | false {
  const { rows, more } = fileRows(plan)
  if (rows.length === 0) return false
  const entries = (plan.synced ?? []).flatMap((entry) => entryText(entry, plan) ?? [])
  const everywhere = hostsWithAll(plan)
  const notes = [
    ...entries,
    ...(more > 0 ? [`and ${more} more files`] : []),
    ...(everywhere.length > 0 ? [`all are new on ${everywhere.join(', ')}`] : []),
  ]
  return html`
<table>
<caption class="hidden">Files that services mount, and what happens to them</caption>
<thead><tr><th scope="col">File</th><th scope="col">Change</th><th scope="col">In the repository</th></tr></thead>
<tbody>${rows.map(
    ({ sign, path, source }) => html`<tr>
<th scope="row">${path}</th>
<td data-label="Change">${fileChanges[sign]}</td>
<td data-label="In the repository">${source === undefined ? html`<span class="note">not there any more</span>` : html`<code>${source}</code>`}</td>
</tr>`,
  )}</tbody>
</table>
<p class="note">${notes.join('; ')}</p>`
}

const fileChanges = { '+': 'added', '~': 'changed', '-': 'removed' } as const

const serviceRow = (plan: Draft, service: PlannedService): Html => html`<tr>
<th scope="row">${service.name}</th>
<td data-label="Change"><span class="chip ${changeWord(service)}">${changeWord(service)}</span> <span class="note">${serviceNote(service)}</span></td>
<td data-label="Image">${imageOf(plan, service)}</td>
</tr>`

const removedRow = (name: string): Html => html`<tr>
<th scope="row">${name}</th>
<td data-label="Change"><span class="chip removed">removed</span> <span class="note">its volumes stay</span></td>
<td data-label="Image" class="none">none</td>
</tr>`

function imageOf(plan: Draft, service: PlannedService): Html {
  const [repository = '', digest = ''] = service.image.split('@')
  const revision = plan.images.find((image) => image.repository === repository && image.digest === digest)?.revision
  return html`<code title="${service.image}">${repository}<span class="note">@${digest.slice(0, 19)}</span></code>${
    revision !== undefined && html` <span class="note">built from ${shortSha(revision)}</span>`
  }`
}

function waveNote({ waves }: Draft, index: number): string {
  const { pause = 0 } = waves[index] ?? {}
  return pause > 0 ? `wave ${index + 1}, then ${durationText(pause)}` : `wave ${index + 1}`
}

function beforeNote({ away }: Draft, name: string, host: PlannedHost | undefined): Html {
  if (away?.includes(name)) return html`<span class="note">away, gets it when it is back</span>`
  if (!host?.previous) return html`<span class="note">first deployment here</span>`
  return html`<code>${shortSha(host.previous.revision)}</code> <span class="note">generation ${host.previous.generation}</span>`
}

function hostRow(plan: Draft, name: string, wave: number): Html {
  const host: PlannedHost | undefined = plan.hosts.find((candidate) => candidate.name === name)
  const ownNote = ownWork(host)
  return html`<tr>
<th scope="row">${name}${plan.waves.length > 1 && html` <span class="note">${waveNote(plan, wave)}</span>`}</th>
<td data-label="Before">${beforeNote(plan, name, host)}${ownNote !== '' && html` <span class="note">${ownNote}</span>`}</td>
<td data-label="Platform">${host?.platform ?? 'unknown'}</td>
</tr>`
}
