import { z } from 'zod'
import type { CommandAnswer, HostState, ObservedContainer, ProbeAnswer } from '../domain/observed.ts'

/** Text that may hold anything, as landfall-shell writes it. */
export const base64Text = z.base64().transform((value) => Buffer.from(value, 'base64').toString('utf8'))
const revision = z.string().regex(/^[0-9a-f]{40}$/)
const generation = z.int().min(0)

const container = z.object({
  type: z.literal('container'),
  id: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, '')),
  service: z.string(),
  image: z.string(),
  reference: z.string(),
  status: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  // Docker says "none", or nothing, where there is no health check.
  health: z.enum(['none', '', 'starting', 'healthy', 'unhealthy']).nullable(),
  exitCode: z.int(),
  outOfMemory: z.boolean(),
  restarts: z.int(),
  startedAt: z.string(),
})

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('host'), shell: z.int(), docker: z.string(), platform: z.string() }),
  z.object({ type: z.literal('compose'), version: z.string() }),
  z.object({ type: z.literal('tools'), missing: z.array(z.string()) }),
  z.object({ type: z.literal('store'), driver: z.string(), status: z.array(z.array(z.string())).nullable() }),
  z.object({
    type: z.literal('state'),
    generation,
    current: z.object({ generation, revision, confirmed: z.boolean() }).nullable(),
    held: base64Text.nullable(),
    wentBack: z.array(z.object({ from: generation, to: generation, at: z.iso.datetime(), by: base64Text })),
  }),
  container,
  z.object({ type: z.literal('before'), id: z.string() }),
  z.object({ type: z.literal('leaving'), id: z.string() }),
  z.object({
    type: z.literal('answer'),
    service: z.string(),
    container: z.string(),
    path: base64Text,
    status: z.int(),
    body: base64Text,
  }),
  z.object({
    type: z.literal('command'),
    service: z.string(),
    container: z.string(),
    run: z.int(),
    code: z.int().nullable(),
    output: base64Text,
  }),
  z.object({ type: z.literal('round'), number: z.int() }),
  z.object({
    type: z.literal('logs'),
    service: z.string(),
    container: z.string(),
    exitCode: z.int(),
    outOfMemory: z.boolean(),
    before: z.boolean(),
    text: base64Text,
  }),
  z.object({ type: z.literal('text'), text: base64Text }),
  z.object({ type: z.literal('hook'), service: z.string(), container: z.string(), code: z.int(), text: base64Text }),
  z.object({ type: z.literal('restored'), generation, leaving: z.int() }),
  z.object({ type: z.enum(['beat', 'version', 'accepted', 'pulled', 'switched', 'retired', 'confirmed', 'pruned', 'held', 'released']) }),
])
type Line = z.output<typeof line>

/** Throws on anything that landfall-shell does not say: such a host is not to be reasoned with. */
export function parseLine<T>(shape: z.ZodType<T>, text: string): T {
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`the host said something landfall-shell does not say: ${text.slice(0, 200)}`, { cause })
  }
}

const parseLines = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => parseLine(line, text))

const ofType = <T extends Line['type']>(lines: Line[], type: T): Extract<Line, { type: T }>[] =>
  lines.filter((candidate): candidate is Extract<Line, { type: T }> => candidate.type === type)

function only<T extends Line['type']>(lines: Line[], type: T): Extract<Line, { type: T }> {
  const found = ofType(lines, type)[0]
  if (!found) throw new Error(`the host did not tell its ${type}`)
  return found
}

/** A host as `hello` describes it. */
export interface HostDescription {
  shell: number
  docker: string
  compose: string
  platform: string
  /** Which digests it shows for an image: classic stores the configuration's, containerd ones the manifest's or index's. */
  store: 'classic' | 'containerd'
  /** Tools that landfall-shell needs and the host lacks. */
  missing: string[]
}

/** Reads the output of `hello`. */
export function readHello(stdout: string): HostDescription {
  const lines = parseLines(stdout)
  const { type: _, ...host } = only(lines, 'host')
  const store = only(lines, 'store')
  const containerd = (store.status ?? []).flat().some((word) => word.startsWith('io.containerd.snapshotter'))
  return {
    ...host,
    store: containerd ? 'containerd' : 'classic',
    compose: only(lines, 'compose').version,
    missing: only(lines, 'tools').missing,
  }
}

/** Reads the output of `inspect`. */
export function readHostState(stdout: string): HostState {
  const lines = parseLines(stdout)
  const { type: _, ...host } = only(lines, 'host')
  const state = only(lines, 'state')
  return {
    ...host,
    generation: state.generation,
    ...(state.current && { current: state.current }),
    ...(state.held !== null && { held: state.held.trim() }),
    wentBack: state.wentBack,
    containers: observed(lines),
  }
}

function observed(lines: Line[]): ObservedContainer[] {
  const before = new Set(ofType(lines, 'before').map(({ id }) => id))
  const leaving = new Set(ofType(lines, 'leaving').map(({ id }) => id))
  return ofType(lines, 'container').map(({ type: _, health, ...rest }) => ({
    ...rest,
    ...(health && health !== 'none' && { health }),
    before: before.has(rest.id),
    ...(leaving.has(rest.id) && { leaving: true as const }),
  }))
}

/** What one round of `probe` saw: every container, the answers of the running ones, and what commands in them came to last. */
export interface ProbeRound {
  containers: ObservedContainer[]
  answers: ProbeAnswer[]
  commands: CommandAnswer[]
}

/** Takes the lines of `probe` as they come and hands over each finished round. */
export function roundReader(onRound: (round: ProbeRound) => void): (text: string) => void {
  let lines: Line[] = []
  return (text) => {
    const next = parseLine(line, text)
    if (next.type !== 'round') {
      lines.push(next)
      return
    }
    const answers = ofType(lines, 'answer').map(({ type: _, ...answer }) => answer)
    const commands = ofType(lines, 'command').map(({ type: _, code, ...ran }) => ({ ...ran, ...(code !== null && { code }) }))
    const round = { containers: observed(lines), answers, commands }
    lines = []
    onRound(round)
  }
}

/** The end of one container's log, and how it ended. */
export interface ContainerLogs {
  service: string
  container: string
  exitCode: number
  outOfMemory: boolean
  /** It was there before the switch to the release that runs began. */
  before: boolean
  text: string
}

/** Reads the output of `logs`. */
export const readLogs = (stdout: string): ContainerLogs[] => ofType(parseLines(stdout), 'logs').map(({ type: _, ...rest }) => rest)

/** What Docker said when a verb failed; empty where it said nothing. It may quote values: redact before it is stored. */
export const readText = (stdout: string): string =>
  ofType(parseLines(stdout), 'text')
    .map(({ text }) => text)
    .join('\n')

/** The generation that `restore` left running, 0 where none does, and how many containers of the other release wait for `retire` beside it. */
export function readRestored(stdout: string): { generation: number; leaving: number } {
  const { generation, leaving } = only(parseLines(stdout), 'restored')
  return { generation, leaving }
}

/** A hook that failed in a container before that left. */
export interface FailedHook {
  service: string
  container: string
  /** 124 where its time was up, 126 or 127 where it could not be started. */
  code: number
  /** What it said last; it may quote values: redact before it is stored. */
  text: string
}

/** Reads the output of `retire`. */
export const readFailedHooks = (stdout: string): FailedHook[] =>
  ofType(parseLines(stdout), 'hook')
    .filter(({ code }) => code !== 0)
    .map(({ type: _, ...hook }) => hook)
