import { posix } from 'node:path'
import { type WrittenService, writtenServices } from '../../config/adoption/compose-text.ts'
import { type FoundContainer, type FoundImage, lookScript, type MachineLook, readLook } from '../../host/adoption/look.ts'
import {
  knockScript,
  type Rehearsed,
  readFiles,
  readFilesScript,
  readKnocks,
  readRehearsal,
  rehearseScript,
} from '../../host/adoption/read.ts'
import type { AdminSession } from '../bootstrap.ts'
import { builtHere, envFileObstacle, isInside, readEnv } from './obstacles.ts'

/** A Compose project that somebody started by hand. */
export interface FoundProject {
  name: string
  /** Where it lies on the host. */
  folder: string
  /** Its Compose files, relative to the folder, in the order they are merged. */
  files: string[]
  containers: FoundContainer[]
  written: WrittenService[]
  /** By path relative to the folder: Compose files, `.env` and env files that are there. */
  texts: Map<string, string>
  /** Of `.env`; it holds secrets. */
  values: Map<string, string>
  /** Names of `.env` that are for Compose itself, and are left out. */
  leftOut: string[]
  /** Names of containers that are just what the files say. */
  kept: string[]
  /** Where services answered that they are well. */
  answers: Map<string, { port: number; health: string }>
  /** Address of the repository that the folder is a checkout of. */
  origin?: string
  /** What keeps it from being taken over, each with what to do. */
  obstacles: string[]
}

export interface FoundMachine {
  projects: FoundProject[]
  images: FoundImage[]
  /** Names of containers that Compose did not start: they are left alone. */
  strangers: string[]
}

/** Looks at everything that runs on a machine. Nothing is changed; what is read stays in memory. */
export async function findProjects(session: Pick<AdminSession, 'run'>, root: string, inClear: readonly string[]): Promise<FoundMachine> {
  const look = readLook(await output(session, lookScript(root)))
  const names = [...new Set(look.containers.flatMap(({ project, oneOff }) => (project === '' || oneOff ? [] : [project])))].sort()
  const projects: FoundProject[] = []
  for (const name of names) projects.push(await findProject(name, look, session, inClear))
  return { projects, images: look.images, strangers: look.containers.filter(({ project }) => project === '').map(({ name }) => name) }
}

async function findProject(
  name: string,
  look: MachineLook,
  session: Pick<AdminSession, 'run'>,
  inClear: readonly string[],
): Promise<FoundProject> {
  const containers = look.containers.filter(({ project, oneOff }) => project === name && !oneOff)
  const folders = [...new Set(containers.map(({ folder }) => folder))]
  const folder = folders[0] ?? ''
  const absolute = (containers[0]?.files ?? '').split(',').filter((file) => file !== '')
  const files = absolute.map((file) => posix.relative(folder, file))
  const texts = await readAll(['.env', ...files], folder, session)
  const written = merged(files.flatMap((file) => writtenServices(texts.get(file) ?? '', file)))
  const envFiles = [...new Set(written.flatMap((one) => one.envFiles.map((file) => posix.normalize(file))))].filter(
    (file) => file !== '.env',
  )
  for (const [file, text] of await readAll(envFiles.filter(isInside), folder, session)) texts.set(file, text)
  const there = files.length > 0 && files.every((file) => texts.has(file))
  const rehearsed = there ? await rehearse(name, folder, absolute, containers, written, session) : undefined
  const env = readEnv(texts.get('.env') ?? '')
  const obstacles = [
    ...(look.places.some((place) => place.startsWith(`${name}/`)) ? ['Landfall looks after it already'] : []),
    ...(folders.length > 1 ? [`it was started from several folders, ${folders.join(' and ')}: start all of it from one`] : []),
    ...(/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name) ? [] : ['its name has letters that Landfall takes for none']),
    ...files
      .filter((file) => !isInside(file) || !texts.has(file))
      .map((file) => `its Compose file ${posix.join(folder, file)} is not there, or outside its folder: put it back, into ${folder}`),
    ...(rehearsed?.complaint ? [`Compose does not understand its files any more: ${rehearsed.complaint}`] : []),
    ...builtHere(containers, written, look.images),
    ...env.problems,
    ...envFiles.flatMap((file) => envFileObstacle(file, texts, inClear)),
  ]
  return {
    ...{ name, folder, files, containers, written, texts, values: env.values, leftOut: env.leftOut, obstacles },
    kept: rehearsed?.kept ?? [],
    answers: await knock(containers, session),
    ...(rehearsed?.origin !== undefined && { origin: rehearsed.origin }),
  }
}

const rehearse = async (
  project: string,
  folder: string,
  files: string[],
  containers: FoundContainer[],
  written: WrittenService[],
  session: Pick<AdminSession, 'run'>,
): Promise<Rehearsed> => {
  // Whoever pushed what was built here has an `image:` in the file that the container was made without.
  const since = written.filter(({ name, built, image }) => built && image !== undefined && isOf(containers, name, `${project}-${name}`))
  const images = Object.fromEntries(since.map(({ name }) => [name, null]))
  return readRehearsal(await output(session, rehearseScript({ project, folder, files, images })))
}

const isOf = (containers: FoundContainer[], name: string, image: string): boolean =>
  containers.some(({ service, reference }) => service === name && reference === image)

/** Of one service in several files, the last word on each. */
function merged(written: WrittenService[]): WrittenService[] {
  const byName = new Map<string, WrittenService>()
  for (const one of written) {
    const before = byName.get(one.name)
    byName.set(
      one.name,
      before ? { ...before, ...one, built: before.built || one.built, envFiles: [...before.envFiles, ...one.envFiles] } : one,
    )
  }
  return [...byName.values()]
}

async function readAll(files: readonly string[], folder: string, session: Pick<AdminSession, 'run'>): Promise<Map<string, string>> {
  const paths = new Map(files.map((file) => [posix.join(folder, file), file]))
  if (folder === '' || paths.size === 0) return new Map()
  const read = readFiles(await output(session, readFilesScript([...paths.keys()])))
  return new Map([...read].map(([path, text]) => [paths.get(path) ?? path, text]))
}

/** In each service the ports of one container, a few of them. */
async function knock(containers: FoundContainer[], session: Pick<AdminSession, 'run'>): Promise<FoundProject['answers']> {
  const first = new Map(containers.filter(({ running }) => running).map((one) => [one.service, one]))
  const knocks = [...first.values()].flatMap(({ service, addresses: [address], ports }) =>
    address === undefined ? [] : ports.slice(0, 3).map((port) => ({ service, address, port })),
  )
  return knocks.length === 0 ? new Map() : readKnocks(await output(session, knockScript(knocks)))
}

/** What a script of root's wrote; it has to come to its end. */
async function output(session: Pick<AdminSession, 'run'>, script: string): Promise<string> {
  const { code, stdout, stderr } = await session.run(script)
  if (code !== 0) throw new Error(`the machine could not be looked at: ${stderr.trim()}`)
  return stdout
}
