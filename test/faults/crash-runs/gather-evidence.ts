import { z } from 'zod'
import { openSigner } from '../../../src/adapters/signer.ts'
import { storedPlan } from '../../../src/adapters/store/stored/plan.ts'
import { contentOf } from '../../../src/plan/content.ts'
import type { Host } from '../../lab/host.ts'
import { containersOf } from '../containers.ts'
import { actsOn } from '../host-record.ts'
import { openWork } from '../settled.ts'
import type { Evidence, HostEvidence } from './evidence.ts'
import { processesOn } from './processes.ts'
import type { Place } from './rules.ts'
import { secretsOn } from './secrets.ts'
import { settingsOn } from './settings.ts'
import { type Data, data, deployment, intent, jsonOf, receipt, verdict } from './stored.ts'
import type { RunTown, WatchedSpot } from './town.ts'

/** Looks at everything there is. */
export async function gatherEvidence(town: RunTown): Promise<Evidence> {
  const { github, repository, chat, people, landfalls, places, spots, rules, fleet } = town
  const [database, told, hosts] = await Promise.all([
    databaseOf(town),
    toldBy(town),
    Promise.all(places.flatMap((place) => spots[place].map((spot) => hostOf(town, place, spot)))),
  ])
  const shas = new Set(people.history.heads.map(({ sha }) => sha))
  const issues = new Set(people.history.commands.map(({ issue }) => issue))
  const advanced = landfalls.members
    .flatMap(({ log }) => log)
    .filter(({ msg, state }) => msg === 'deployment advanced' && state === 'planned')
  return {
    rules,
    fleet,
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
    // The first time counts.
    planned: new Map(advanced.toReversed().map(({ deployment: id, time }) => [String(id), time])),
    told,
    hosts,
  }
}

async function databaseOf({ records, ground }: RunTown): Promise<Evidence['database']> {
  const { fingerprint } = await openSigner(ground.keys)
  const rows = async <T>(shape: z.ZodType<T>, text: string) => z.array(shape).parse(await records.query(text))
  const [intents, tellings, deployments, verdicts, receipts, open] = await Promise.all([
    rows(intent, 'select id, kind, "after", comment, outcome from intents order by sequence'),
    rows(z.object({ delivery: z.string(), intent: z.string() }), 'select delivery, intent from tellings'),
    records.query(`select ${columns} from deployments order by sequence`),
    rows(verdict, 'select deployment, person, verdict, revision, content, at from verdicts'),
    rows(z.object({ deployment: z.string(), receipt: jsonOf(receipt) }), 'select deployment, receipt from receipts'),
    openWork(records),
  ])
  return {
    intents,
    tellings: new Map(tellings.map(({ delivery, intent: of }) => [delivery, of])),
    deployments: deployments.map((row) => deployment.parse({ ...row, content: brought(row.plan) })),
    verdicts,
    receipts: new Map(receipts.map(({ deployment: of, receipt: one }) => [of, one])),
    open,
  }

  /** Landfall's own way to fingerprint, done again from the plan alone. */
  function brought(text: unknown): string | null {
    return typeof text === 'string' ? contentOf(storedPlan.parse(JSON.parse(text)), fingerprint) : null
  }
}

/** Where one of the secrets stands that should be on hosts alone. */
async function toldBy({ records, github, chat, landfalls, people }: RunTown): Promise<string[]> {
  if (people.history.secrets.size === 0) return []
  const kept = await Promise.all(['deployments', 'intents', 'receipts'].map((table) => records.query(`select * from ${table}`)))
  const places: Record<string, string> = {
    'the database': JSON.stringify(kept),
    'what GitHub was told': github.requests.map(({ body }) => body).join('\n'),
    chat: chat.received.map(({ body }) => body).join('\n'),
    'the log': landfalls.members.map(({ log }) => JSON.stringify(log)).join('\n'),
  }
  const secrets = [...people.history.secrets.values()]
  return Object.entries(places).flatMap(([place, text]) => (secrets.some((secret) => text.includes(secret)) ? [place] : []))
}

const columns =
  'id, intent, kind, environment, revision, actor, asked, state, reason, plan, taken_back, generation, created_at, started_at, finished_at'

async function hostOf({ project, settings, secrets }: RunTown, place: Place, { host, watch }: WatchedSpot): Promise<HostEvidence> {
  const folder = `/var/lib/landfall/${project}/${place}`
  const [acts, containers, kept, calls, volumes, stored, mounted, secret] = await Promise.all([
    actsOn({ host }, project, place),
    containersOf({ host }, project),
    host.sh(`for file in ${folder}/releases/*/receipt.json; do [ ! -f "$file" ] || cat "$file"; done`),
    host.sh('ls -A /var/lib/landfall/.calls 2>/dev/null || true'),
    host.sh(`docker volume ls -q --filter label=com.docker.compose.project=${project}`),
    dataOf(host, project),
    settings ? settingsOn(host, project, place) : undefined,
    secrets && place === 'production' ? secretsOn(host, project, place) : undefined,
  ])
  const receipts = linesOf(kept).map((line) => receipt.parse(JSON.parse(line)))
  return {
    place,
    name: host.name,
    acts,
    containers,
    receipts: new Map(receipts.map((one) => [one.generation, one])),
    leavings: [...linesOf(calls).map((call) => `folder .calls/${call}`), ...writersLeft(host)],
    volumes: linesOf(volumes),
    data: stored,
    ...(mounted && { settings: mounted }),
    ...(secret && { secrets: secret }),
    writes: watch.writes(),
    twins: watch.twins,
    once: watch.once,
  }
}

/** What the database service answers, asked from the host itself. `add` puts a row in before. */
export async function dataOf(host: Host, project: string, add?: string): Promise<Data> {
  const path = add === undefined ? '/' : `/add/${add}`
  return data.parse(JSON.parse(await host.sh(`docker exec ${project}-db-1 wget -qO- http://127.0.0.1:5432${path}`)))
}

const writersLeft = (host: Host): string[] =>
  processesOn(host)
    .filter(({ words }) => /landfall-shell|docker-compose/.test(words))
    .map(({ words }) => `process ${words.slice(0, 200)}`)

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
