import type { PinnedImage } from '../domain/image.ts'
import type { Draft, PlannedService } from '../domain/plan.ts'
import { words } from './answers/said.ts'
import { changeWord, entryText, fileRows, hostsWithAll } from './files-text.ts'
import { code } from './markdown.ts'
import { hostRows, imageRow, serviceNote, stepRow } from './plan-text.ts'
import type { Section } from './sections.ts'
import { cut, oneLine } from './text.ts'

/** What a deployment does or would do, the most important first. It holds no value of any variable, and so no secret. */
export const draftSections = (draft: Draft): Section[] => [...changeSections(draft), ...sourceSections(draft)]

/** What happens to services, and what people notice of it. */
export const changeSections = (draft: Draft): Section[] => [
  {
    head: '**What happens to each service**\n\n| service | change | why |\n|---|---|---|',
    rows: [...draft.services.map(serviceRow), ...draft.removed.map((name) => row([words(name, 200), 'removed', 'its volumes stay']))],
  },
  { head: `**Expected gap:** ${gapText(draft)}` },
  ...contractSection(draft),
  ...stepsSection(draft),
  ...mountedSection(draft),
]

/** What people should know most before they agree. */
function contractSection({ contract }: Draft): Section[] {
  if (!contract) return []
  const head = '**⚠️ This release cannot be gone back over.** Nothing older will fit what it leaves behind'
  return [{ head: `${head}: ${words(contract.because.join('; '), 500)}. If it fails after that, it stays, and the way out is forward.` }]
}

function stepsSection({ before = [] }: Draft): Section[] {
  if (before.length === 0) return []
  const rows = before.map((step) => {
    const [run = '', ...more] = stepRow(step)
    return item([code(cut(oneLine(run), 300)), ...more.map((part) => words(part, 300))])
  })
  return [{ head: '**Before anything is switched**\n', rows }]
}

/**
 * By which images, on which hosts and with which files.
 *
 * @param unbuilt repositories of the images that are not built yet
 */
export const sourceSections = (draft: Draft, unbuilt: readonly string[] = []): Section[] => [
  { head: '**Images**\n', rows: draft.images.map((image) => imageItem(image, unbuilt)) },
  { head: '**Hosts**\n', rows: hostRows(draft).map((cells) => item(cells.map((cell) => words(cell, 200)))) },
  ...filesSection(draft),
]

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const item = (parts: readonly string[]): string => `- ${parts.filter((part) => part !== '').join(' · ')}`

const serviceRow = (service: PlannedService): string =>
  row([words(service.name, 200), changeWord(service), words(serviceNote(service), 500)])

/** What will be built has its digest only then: whatever stands there now is another one's. */
function imageItem(image: PinnedImage, unbuilt: readonly string[]): string {
  if (unbuilt.includes(image.repository)) return item([code(cut(image.repository, 300)), 'built by the merge'])
  const [reference, origin] = imageRow(image)
  return item([code(cut(reference, 300)), words(origin, 200)])
}

/** Never their contents: whoever reads the repository has them, and nobody else is to. */
function mountedSection(draft: Draft): Section[] {
  const { rows, more } = fileRows(draft)
  if (rows.length === 0) return []
  const entries = (draft.synced ?? []).flatMap((entry) => entryText(entry, draft) ?? [])
  const everywhere = hostsWithAll(draft)
  return [
    {
      head: '**Files that services mount**\n',
      rows: [
        ...entries.map((text) => `- ${words(text, 500)}`),
        ...rows.map(
          ({ sign, path, source }) =>
            `- \`${sign}\` ${code(cut(path, 200))}${source === undefined ? '' : ` from ${code(cut(source, 200))}`}`,
        ),
        ...(more > 0 ? [`- and ${more} more`] : []),
        ...(everywhere.length > 0 ? [`- all of them are new on ${words(everywhere.join(', '), 500)}`] : []),
      ],
    },
  ]
}

function filesSection({ env, files }: Draft): Section[] {
  const all = [...(env === undefined ? [] : [{ path: '.env', source: env }]), ...files]
  return all.length === 0
    ? []
    : [{ head: '**Files**\n', rows: all.map(({ path, source }) => `- ${code(cut(path, 200))} from ${code(cut(source, 200))}`) }]
}

/**
 * What people notice of it: a service gets its new container after the old one has stopped, unless it is started beside that. Whatever is
 * new, or runs once and ends, serves nobody yet.
 */
function gapText({ services, removed, waves, hosts }: Draft): string {
  const stopped = services.filter(({ change, replicas, oneShot, beside }) => change === 'recreated' && replicas > 0 && !oneShot && !beside)
  const turns = waves.length > 1 ? 'on each host, one wave of hosts after the other' : 'on each host'
  const sentences = [
    stopped.length > 0 && `${named(stopped.map(({ name }) => name))} stopped for a moment ${turns}, until the new containers are up`,
    removed.length > 0 && `${named(removed)} stopped for good`,
    ...hosts.map(({ name, removes = [] }) => removes.length > 0 && `${named(removes)} stopped for good on ${words(name, 200)}`),
  ].filter((sentence) => sentence !== false)
  return sentences.length === 0 ? 'none; nothing that runs is stopped.' : `${sentences.join('. ')}.`
}

/** `web is`, `web and api are`, `web, api and 7 more are` */
function named(names: readonly string[]): string {
  const shown = names.slice(0, names.length > 6 ? 5 : 6).map((name) => words(oneLine(name), 100))
  const all = names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown
  const last = all.at(-1) ?? ''
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last} are` : `${last} is`
}
