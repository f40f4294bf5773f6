import type { TestRepository } from '../../lab/github/repository.ts'
import { pushApp } from '../../lab/images.ts'
import { type Laboratory, startLaboratory } from '../../lab/laboratory.ts'
import { type Scenario, startScenario } from '../../lab/landfall/scenario.ts'
import { openShop } from '../../lab/landfall/shop.ts'
import { command, type Origin } from './delivery.ts'
import type { Answers } from './job.ts'
import { type Ledger, ledgerOf, wishOf } from './ledger.ts'
import { type Sender, startSender } from './send.ts'
import { commitsIn, type Place, type Told, traffic } from './traffic.ts'

/** A Landfall on PostgreSQL and Redis, and a burst that is ready to break over it. */
export interface BurstScene {
  scenario: Scenario
  servers: Laboratory
  databaseUrl: string
  told: Told[]
  sender: Sender
  /** What must have been deployed in the end. */
  wanted: { repository: TestRepository; head: string }[]
  /** What the answers promised against what the database holds. */
  ledger(answers: Answers): Promise<Ledger>
  close(): Promise<void>
}

export interface BurstSize {
  total: number
  perSecond: number
  /** Connections of the sender at most. */
  connections: number
  seed: number
}

/** Follow their main branch, and are deployed. */
const followed = ['acme/shop', 'acme/blog', 'acme/wiki']
/** Are served and hold no landfall.yml. */
const plain = ['acme/tools', 'acme/notes', 'acme/site', 'acme/docs']
/** Has the App installed, and is not in the operator's file. */
const foreign = ['others/thing']

const places: Place[] = [...followed, ...plain, ...foreign].map((repository) => ({ repository, branches: 40 }))

/** Builds all of it. Nothing is sent yet. */
export async function openBurstScene(size: BurstSize, say: (line: string) => void = () => {}): Promise<BurstScene> {
  const servers = await startLaboratory({ redis: true, postgres: true })
  try {
    const databaseUrl = await servers.postgres.createDatabase()
    const scenario = await startScenario({ say, environment: { DATABASE_URL: databaseUrl, QUEUE_URL: servers.redis.url } })
    const told = traffic(places, size.total, size.seed)
    say(`making the commits of ${told.length} webhooks`)
    const grounds = await Promise.all(places.map(({ repository }) => prepareGround(scenario, repository, told)))
    const origins = new Map(grounds.map(({ repository, origin }) => [repository.fullName, origin]))
    say('writing and signing the webhooks')
    const { webhookUrl: url = '', app } = scenario.github
    const { perSecond, connections } = size
    const sending = { url, secret: app.secret, perSecond, connections, told, origins: Object.fromEntries(origins) }
    const sender = await startSender(sending, servers.folder)
    return {
      scenario,
      servers,
      databaseUrl,
      told,
      sender,
      wanted: grounds.flatMap(({ repository, head }) => (head === undefined ? [] : [{ repository, head }])),
      ledger: (answers) => ledgerOf(databaseUrl, askedIn(told, origins, answers)),
      async close() {
        sender.stop()
        await scenario.stop()
        await servers.stop()
      },
    }
  } catch (error) {
    await servers.stop()
    throw error
  }
}

interface Ground {
  repository: TestRepository
  origin: Origin
  /** Newest commit on a followed main branch that the burst tells of. */
  head?: string
}

/** Makes a repository with everything its webhooks tell of. GitHub is ahead of them: it has the last commit from the beginning. */
async function prepareGround(scenario: Scenario, fullName: string, told: readonly Told[]): Promise<Ground> {
  const repository = await create(scenario, fullName)
  const commits = await repository.grow(commitsIn(told, fullName))
  const comments = await writeComments(repository, told)
  const origin = { installation: repository.installation ?? 0, commits: Object.fromEntries(commits), comments }
  const head = commits.get('main')?.at(-1)
  if (head === undefined || !followed.includes(fullName)) return { repository, origin }
  await pushApp(scenario.lab.registry, { repository: fullName, tag: head, version: head, index: true })
  return { repository, origin, head }
}

async function create({ github, lab }: Scenario, fullName: string): Promise<TestRepository> {
  const [owner = '', name = ''] = fullName.split('/')
  if (!followed.includes(fullName)) return github.createRepository(owner, name, { 'README.md': `# ${name}\n` })
  return (await openShop(github, lab.registry, { name, hosts: ['web-1'], soak: 0 })).repository
}

/** The comments that hold commands, by their number in the burst: whoever answers one finds it. */
async function writeComments(repository: TestRepository, told: readonly Told[]): Promise<Record<string, number>> {
  repository.addCollaborator('mona', 'write')
  const issue = repository.openIssue('Something is wrong', 'mona')
  const written: Record<string, number> = {}
  for (const one of told) {
    if (one.repository !== repository.fullName || one.kind !== 'command' || one.comment in written) continue
    written[one.comment] = (await repository.commentOn(issue, command, 'mona', { deliver: 'never' })).id
  }
  return written
}

function askedIn(told: readonly Told[], origins: ReadonlyMap<string, Origin>, answers: Answers) {
  return told.flatMap((one, index) => {
    const origin = origins.get(one.repository)
    const wish = origin && wishOf(one, origin, !foreign.includes(one.repository))
    return wish === undefined ? [] : [{ wish, status: answers[index]?.[0] ?? 0 }]
  })
}
