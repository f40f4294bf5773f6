import { z } from 'zod'
import type { CheckRun, Comment, Delivery, Deployment as ShownDeployment, Status } from '../../lab/github/world.ts'
import type { Host } from '../../lab/host.ts'
import { type Container, containersOf } from '../containers.ts'
import { actsOn, type HostAct } from '../host-record.ts'
import { openWork } from '../settled.ts'
import type { Twins, Write } from './host-watch.ts'
import type { History } from './people.ts'
import { processesOn } from './processes.ts'
import type { RunTown } from './town.ts'

/** Everything that is there to be seen after a run, by people, on the host, at GitHub, in the database. Plain data: the checks are pure. */
export interface Evidence {
  history: History
  /** Webhooks as GitHub sent them. */
  deliveries: readonly Pick<Delivery, 'guid' | 'event' | 'statusCode' | 'payload'>[]
  database: {
    intents: StoredIntent[]
    /** By delivery: the push it told of. */
    tellings: Map<string, string>
    /** In the order in which they came to be. */
    deployments: StoredDeployment[]
    /** By deployment. */
    receipts: Map<string, StoredReceipt>
    /** What is still to be done or told. */
    open: string[]
  }
  github: {
    /** What the commits show now, and every status they had. */
    statuses: Status[]
    deployments: ShownDeployment[]
    /** Of the commits, oldest first. */
    checkRuns: CheckRun[]
    comments: Comment[]
    /** The App's own login. */
    bot: string
  }
  /** Bodies of the chat messages. */
  chat: string[]
  host: {
    writes: Write[]
    twins: Twins[]
    acts: HostAct[]
    containers: Container[]
    /** By generation: the receipt that the host keeps. */
    receipts: Map<number, StoredReceipt>
    /** Folders of calls that ended, processes that should have. */
    leavings: string[]
    volumes: string[]
    data: Data
  }
}

/** What a database service tells of itself: who it is, and how many rows were put into it. */
export type Data = z.infer<typeof data>
const data = z.object({ born: z.string(), rows: z.number() })

export type StoredIntent = z.infer<typeof intent>
const outcome = z.object({ kind: z.string(), ids: z.array(z.string()).default([]), why: z.string().default('') })
const intent = z.object({
  id: z.string(),
  kind: z.enum(['push', 'command']),
  after: z.string().nullable(),
  comment: jsonOf(z.object({ id: z.number(), issue: z.number() })).nullable(),
  outcome: jsonOf(outcome).nullable(),
})

export type StoredDeployment = z.infer<typeof deployment>
const plan = z.object({
  revision: z.string(),
  images: z.array(z.object({ digest: z.string(), repository: z.string(), revision: z.string().optional() })),
  services: z.array(z.object({ name: z.string(), image: z.string(), change: z.string(), because: z.array(z.string()) })),
  hosts: z.array(z.object({ name: z.string(), previous: z.object({ generation: z.number(), revision: z.string() }).optional() })),
})
const deployment = z.object({
  id: z.string(),
  intent: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  revision: z.string().nullable(),
  state: z.string(),
  reason: z.string().nullable(),
  plan: jsonOf(plan).nullable(),
  generation: z.coerce.number().nullable(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
})

export type StoredReceipt = z.infer<typeof receipt>
const receipt = z.object({
  deployment: z.string(),
  generation: z.number(),
  revision: z.string(),
  hosts: z.array(
    z.object({
      services: z.array(z.object({ service: z.string(), planned: z.string(), running: z.string(), answered: z.string().optional() })),
    }),
  ),
})

/** Text that holds JSON of a shape. */
function jsonOf<T extends z.ZodType>(shape: T) {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(shape)
}

export async function gatherEvidence(town: RunTown): Promise<Evidence> {
  const { github, repository, chat, people, watch } = town
  const [database, host] = await Promise.all([databaseOf(town), hostOf(town)])
  const shas = new Set(people.history.heads.map(({ sha }) => sha))
  const issues = new Set(people.history.commands.map(({ issue }) => issue))
  return {
    history: people.history,
    deliveries: github.deliveries,
    database,
    github: {
      statuses: [...shas].flatMap((sha) => repository.statuses(sha)),
      deployments: repository.deployments(),
      checkRuns: [...shas].flatMap((sha) => repository.checkRuns(sha)),
      comments: [...issues].flatMap((issue) => repository.comments(issue)),
      bot: `${github.app.slug}[bot]`,
    },
    chat: chat.received.map(({ body }) => body),
    host: { ...host, writes: watch.writes(), twins: watch.twins },
  }
}

async function databaseOf({ records }: RunTown): Promise<Evidence['database']> {
  const rows = async <T>(shape: z.ZodType<T>, text: string) => z.array(shape).parse(await records.query(text))
  const [intents, tellings, deployments, receipts, open] = await Promise.all([
    rows(intent, 'select id, kind, "after", comment, outcome from intents order by sequence'),
    rows(z.object({ delivery: z.string(), intent: z.string() }), 'select delivery, intent from tellings'),
    rows(
      deployment,
      'select id, intent, kind, revision, state, reason, plan, generation, started_at, finished_at from deployments order by sequence',
    ),
    rows(z.object({ deployment: z.string(), receipt: jsonOf(receipt) }), 'select deployment, receipt from receipts'),
    openWork(records),
  ])
  return {
    intents,
    tellings: new Map(tellings.map(({ delivery, intent: of }) => [delivery, of])),
    deployments,
    receipts: new Map(receipts.map(({ deployment: of, receipt: one }) => [of, one])),
    open,
  }
}

async function hostOf(town: RunTown): Promise<Omit<Evidence['host'], 'writes' | 'twins'>> {
  const { ground, project } = town
  const { host } = ground
  const place = `/var/lib/landfall/${project}/production`
  const [acts, containers, kept, calls, volumes, stored] = await Promise.all([
    actsOn({ host }, project),
    containersOf({ host }, project),
    host.sh(`for file in ${place}/releases/*/receipt.json; do [ ! -f "$file" ] || cat "$file"; done`),
    host.sh('ls -A /var/lib/landfall/.calls 2>/dev/null || true'),
    host.sh(`docker volume ls -q --filter label=com.docker.compose.project=${project}`),
    dataOf(town),
  ])
  const receipts = linesOf(kept).map((line) => receipt.parse(JSON.parse(line)))
  return {
    acts,
    containers,
    receipts: new Map(receipts.map((one) => [one.generation, one])),
    leavings: [...linesOf(calls).map((folder) => `folder .calls/${folder}`), ...writersLeft(host)],
    volumes: linesOf(volumes),
    data: stored,
  }
}

/** What the database service answers, asked from the host itself. `add` puts a row in before. */
export async function dataOf({ ground: { host }, project }: RunTown, add?: string): Promise<Data> {
  const path = add === undefined ? '/' : `/add/${add}`
  return data.parse(JSON.parse(await host.sh(`docker exec ${project}-db-1 wget -qO- http://127.0.0.1:5432${path}`)))
}

const writersLeft = (host: Host): string[] =>
  processesOn(host)
    .filter(({ words }) => /landfall-shell|docker-compose/.test(words))
    .map(({ words }) => `process ${words.slice(0, 200)}`)

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
