import { z } from 'zod'
import { limited } from '../limited.ts'
import { quote, quoteAll } from '../quote.ts'

/** Files larger than this are no configuration. In bytes. */
const mostBytes = 262_144

/** Reads files, as a script for root's `sh -s`: those that are there, each with what stands in it. */
export const readFilesScript = (paths: readonly string[]): string => `
for path in ${quoteAll(paths)}; do
  [ -f "$path" ] || continue
  printf '%s %s\\n' "$(printf %s "$path" | base64 | tr -d '\\n')" "$(head -c ${mostBytes + 1} "$path" | base64 | tr -d '\\n')"
done
`

/** Reads what that printed: texts by path. Files that are too large to be meant are left out. */
export function readFiles(stdout: string): Map<string, string> {
  const files = stdout.split('\n').flatMap((one): [string, Buffer][] => {
    const [path, content = ''] = one.split(' ')
    return path ? [[decoded(path).toString('utf8'), decoded(content)]] : []
  })
  return new Map(files.flatMap(([path, bytes]) => (bytes.length > mostBytes ? [] : [[path, bytes.toString('utf8')]])))
}

const decoded = (text: string): Buffer => Buffer.from(text, 'base64')

/** What Compose is asked about a project. */
export interface Rehearsal {
  project: string
  folder: string
  files: readonly string[]
  /** By service: what its containers were made from, or null where that was built on the spot. Only where its file may say something else. */
  images: Readonly<Record<string, string | null>>
}

/**
 * Lets Compose itself say what `up` would do, without doing it, and asks Git where the folder comes from. Hashes in labels would not do:
 * Compose's own listing of them leaves out what env files say.
 */
export const rehearseScript = ({ project, folder, files, images }: Rehearsal): string => `
${limited}
cd ${quote(folder)}
override=$(mktemp)
trap 'rm -f "$override"' EXIT
printf %s ${quote(Buffer.from(imagesFile(images)).toString('base64'))} | base64 -d >"$override"
limited 60 docker compose --dry-run --progress plain -p ${quote(project)} --project-directory ${quote(folder)} \\
  ${files.map((file) => `-f ${quote(file)}`).join(' ')} -f "$override" up -d --no-build --pull never 2>&1 </dev/null |
  sed 's/^/compose /'
origin=$(git -c safe.directory='*' -C ${quote(folder)} config --get remote.origin.url 2>/dev/null </dev/null) && printf 'origin %s\\n' "$origin"
exit 0
`

const imagesFile = (images: Rehearsal['images']): string =>
  [
    'services:',
    ...Object.entries(images).map(
      ([name, image]) => `  ${JSON.stringify(name)}: { image: ${image === null ? '!reset null' : JSON.stringify(image)} }`,
    ),
  ].join('\n') + (Object.keys(images).length === 0 ? ' {}\n' : '\n')

/** What Compose would do, by container name, and what Git knows. */
export interface Rehearsed {
  /** Names of containers that Compose would leave as they are. */
  kept: string[]
  /** What it said otherwise, where it did not come so far: for people. */
  complaint: string
  /** Address of the repository that the folder is a checkout of. */
  origin?: string
}

/**
 * Reads what that printed. A container is kept only where Compose names it and says nothing of making or stopping it: whatever is not
 * understood counts as a restart.
 */
export function readRehearsal(stdout: string): Rehearsed {
  const said = stdout.split('\n').flatMap((one) => /^compose (.*)$/.exec(one)?.[1] ?? [])
  const steps = said.flatMap((one): [string, string][] => {
    const [, name, step] = /\bContainer (\S+)\s+(\S.*)$/.exec(one) ?? []
    // A new one is called by the id of the old one and its name.
    return name !== undefined && step !== undefined ? [[name.replace(/^[0-9a-f]{12}_/, ''), step.trim()]] : []
  })
  const touched = new Set(steps.filter(([, step]) => !harmless.has(step)).map(([name]) => name))
  const kept = [...new Set(steps.map(([name]) => name))].filter((name) => !touched.has(name))
  const origin = /^origin (.+)$/m.exec(stdout)?.[1]
  return { kept, complaint: steps.length > 0 ? '' : said.slice(-3).join(' ').trim(), ...(origin !== undefined && { origin }) }
}

/** One that has ended would be started again by hand; Landfall does not do that to what ends by itself. */
const harmless = new Set(['Running', 'Waiting', 'Healthy', 'Exited', 'Starting', 'Started'])

/** A port of a container that is asked. */
export interface Knock {
  service: string
  address: string
  port: number
}

/** Paths by which applications usually say that they are well, the more telling ones first. */
const usualPaths = ['/health', '/healthz', '/up', '/api/health', '/']

/** Asks ports for what usually tells that an application is well, each with a second of its own. */
export const knockScript = (knocks: readonly Knock[]): string => `
command -v curl >/dev/null || exit 0
${knocks
  .map(({ service, address, port }) => {
    const host = address.includes(':') ? `[${address}]` : address
    return `for path in ${usualPaths.join(' ')}; do
  code=$(curl -q -s -g --noproxy '*' --max-time 1 -o /dev/null -w '%{http_code}' ${quote(`http://${host}:${port}`)}"$path" </dev/null)
  case $code in
    2??) printf '{"service":"%s","port":${port},"path":"%s"}\\n' ${quote(service)} "$path"; break ;;
    000) break ;;
  esac
done`
  })
  .join('\n')}
exit 0
`

const answer = z.object({ service: z.string(), port: z.int(), path: z.string() })

/** Where each service says that it is well: the first of its answers that is good. */
export function readKnocks(stdout: string): Map<string, { port: number; health: string }> {
  const found = new Map<string, { port: number; health: string }>()
  for (const one of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const { service, port, path } = answer.parse(JSON.parse(one))
    if (!found.has(service)) found.set(service, { port, health: path })
  }
  return found
}
