import { commandWithin } from '../domain/configuration.ts'
import { changedIn, type SyncedFiles } from '../domain/files.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'
import { probedPaths } from '../domain/probed-paths.ts'
import { fullName } from '../domain/repository.ts'

/**
 * What a bundle orders, as lines of words that a shell reads without a parser:
 *
 * | line | means |
 * |---|---|
 * | `landfall-bundle 1` | format; always first, then project, environment and generation in this order |
 * | `revision SHA` | the commit |
 * | `repository OWNER/NAME` | where it is from |
 * | `service NAME` | every service with containers |
 * | `up NAME` | started by the switch: created or recreated |
 * | `recreate NAME` | of those, the ones whose old containers must be gone afterwards |
 * | `beside NAME COUNT` | of those, the ones that are started beside their old containers, so many; `retire` takes the old ones away |
 * | `after NAME completed` or `healthy` | before these: the state of another one that the switch starts |
 * | `room NAME COUNT` | its containers, so many, may stand beside another release's |
 * | `drain NAME SECONDS` | how long they have before their stop signal, when they leave |
 * | `hook NAME SECONDS WORD...` | run in them before that, for so long at most; words in base64, since they may hold anything |
 * | `remove NAME` | its containers are removed |
 * | `image REPOSITORY@DIGEST` | pulled before the switch |
 * | `probe SERVICE PORT PATH` | asked by `probe` |
 * | `command SERVICE SECONDS WORD…` | run by `probe` in each container, for so long at most; each word in base64 |
 * | `file PATH` | installed from the bundle's `project/` into the project folder |
 * | `hash SHA256 PATH` | what a file of these holds that services mount; others in containers may read it |
 * | `synced NUMBER SERVICE SECONDS PLACE` | an entry of such files: who mounts them, and how long its commands may take |
 * | `mounted NUMBER PATH TARGET` | a folder or file of it, and where it is in containers; both in base64 |
 * | `reload NUMBER WORD…` | run in the running containers of its service once the files changed; each word in base64 |
 * | `check NUMBER` | its `check-NUMBER.yml` is run before anything changes |
 * | `bind PATH` | a path of the project folder that containers are given; in base64. No part of it may be a link on the host |
 * | `called SERVICE NAME` | another name that a check has to know |
 * | `again GENERATION` | it is this release that is gone back to, as it was first deployed |
 * | `profile NAME` | a Compose profile that the host has |
 * | `contract` | older releases do not fit what this one leaves behind |
 * | `kept GENERATION` | there is no `project/` in it: the files are those of this release, as the host keeps them |
 */
export function manifest(plan: Plan, files: readonly string[], profiles: readonly string[] = []): string {
  const running = plan.services.filter((service) => service.replicas > 0)
  const changing = running.filter((service) => service.change !== 'untouched')
  const recreated = changing.filter((service) => service.change === 'recreated' && !service.beside)
  return [
    line('landfall-bundle', '1'),
    line('project', plan.project),
    line('environment', plan.environment),
    line('generation', String(plan.generation)),
    line('revision', plan.revision),
    line('repository', fullName(plan.repository)),
    ...running.map((service) => line('service', service.name)),
    ...changing.map((service) => line('up', service.name)),
    ...recreated.map((service) => line('recreate', service.name)),
    ...changing.flatMap(besideLines),
    ...running.flatMap(roomLines),
    ...plan.removed.map((name) => line('remove', name)),
    ...images(plan).map((image) => line('image', image)),
    ...running.flatMap((service) => probes(service)),
    ...running.flatMap((service) => commands(service)),
    ...files.map(fileLine),
    ...(plan.synced ?? []).flatMap((entry, index) => syncedLines(entry, index + 1, plan)),
    ...[...new Set(running.flatMap(({ binds = [] }) => binds))].map((path) => line('bind', ...encoded([path]))),
    ...running.flatMap(({ name, aliases = [] }) => aliases.map((alias) => line('called', name, alias))),
    ...profiles.map((name) => line('profile', name)),
    ...(plan.again === undefined ? [] : [line('again', String(plan.again))]),
    ...(plan.contract ? [line('contract')] : []),
    ...(plan.kept === undefined ? [] : [line('kept', String(plan.kept))]),
  ].join('')
}

/** References of every image that the plan's containers need, each once. */
export function images(plan: Plan): string[] {
  return [...new Set(plan.services.filter((service) => service.replicas > 0).map((service) => service.image))]
}

function syncedLines(entry: SyncedFiles, index: number, plan: Plan): string[] {
  const number = String(index)
  return [
    line('synced', number, entry.service, String(entry.within), entry.to),
    ...entry.mounts.map(({ path, target }) => line('mounted', number, ...encoded([path, target]))),
    ...(entry.reload && entry.reload.length > 0 ? [line('reload', number, ...encoded(entry.reload))] : []),
    ...(isChecked(entry, plan) ? [line('check', number)] : []),
    ...entry.files.map(({ path, sha256 }) => `hash ${sha256} ${path}\n`),
  ]
}

/**
 * What changes nothing of it was seen well as it is. Nor is a release checked that is gone back to: it ran with these files, and
 * people wait for it.
 */
export const isChecked = (entry: SyncedFiles, { kind, services, gone }: Plan): boolean =>
  entry.check !== undefined &&
  kind === 'deploy' &&
  (changedIn(entry, gone).length > 0 || services.some(({ name, change }) => name === entry.service && change !== 'untouched'))

function besideLines({ name, replicas, beside }: PlannedService): string[] {
  if (!beside) return []
  return [line('beside', name, String(replicas)), ...beside.after.map(({ service, is }) => line('after', service, is))]
}

function roomLines({ name, replicas, startFirst }: PlannedService): string[] {
  if (!startFirst) return []
  const { drain, hook } = startFirst
  return [
    line('room', name, String(replicas)),
    line('drain', name, String(drain)),
    ...(hook ? [line('hook', name, String(hook.within), ...encoded(hook.run))] : []),
  ]
}

function probes({ name, verify }: PlannedService): string[] {
  return verify ? probedPaths(verify).map((path) => line('probe', name, String(verify.port), path)) : []
}

function commands({ name, verify }: PlannedService): string[] {
  return verify?.command ? [line('command', name, String(commandWithin), ...encoded(verify.command))] : []
}

/** They may hold anything. */
const encoded = (words: readonly string[]): string[] => words.map((word) => Buffer.from(word).toString('base64'))

/** Names and paths were checked where they entered; a word that would forge a line is a bug, and nothing is signed then. */
function line(...words: string[]): string {
  const bad = words.find((word) => !/^[!-~]+$/.test(word))
  if (bad !== undefined) throw new Error(`${JSON.stringify(bad)} cannot stand in a manifest`)
  return `${words.join(' ')}\n`
}

/** A path may hold inner blanks and any letters, but stays below the project folder. */
function fileLine(path: string): string {
  const parts = path.split('/')
  const leaves = parts.some((part) => part === '' || part === '.' || part === '..')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (leaves || path !== path.trim() || /[\u0000-\u001f\u007f\\]/.test(path)) {
    throw new Error(`the project file ${JSON.stringify(path)} cannot be put on a host`)
  }
  return `file ${path}\n`
}
