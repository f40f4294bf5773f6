import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { onTestFinished } from 'vitest'
import { inProcessQueue } from '../../src/adapters/queue/in-process.ts'
import { migrate } from '../../src/adapters/store/migrations.ts'
import { storeOver } from '../../src/adapters/store/open.ts'
import { openSqlite } from '../../src/adapters/store/sqlite.ts'
import type { OperatorFile } from '../../src/domain/configuration.ts'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { Secret } from '../../src/domain/secret.ts'
import { type Dispatcher, dispatch } from '../../src/flow/dispatch.ts'
import { type BranchMoved, type CommentMade, intake } from '../../src/flow/intake.ts'
import type { ChatMessage, Log, Ports, Store } from '../../src/flow/ports.ts'
import { dueSubjects, workFor } from '../../src/flow/work.ts'
import { repository } from './builders.ts'
import { fakeCompose } from './fake-compose.ts'
import { FakeGitHub } from './fake-github.ts'
import { FakeHost } from './fake-host.ts'
import { type Behaviour, FakeRegistry } from './fake-registry.ts'
import { fakeSigner } from './fake-signer.ts'
import { idle, ManualClock } from './manual-clock.ts'
import { Life, mortal } from './mortal.ts'

export const shopImage = 'registry.example.com/acme/shop'
export const databaseImage = 'registry.example.com/acme/database'

const composeYml = `services:
  web:
    image: ${shopImage}:\${TAG}
    environment: { DB_PASSWORD: "\${DB_PASSWORD}" }
  db:
    image: ${databaseImage}:1
`

export interface TownOptions {
  hosts?: string[]
  /** Hosts the repository's file names; by default all. */
  follows?: string[]
  /** How long Landfall waits for an image. */
  imageWithin?: string
}

/** `.github/landfall.yml` of the shop. */
export const landfallYml = ({ hosts = ['web-1'], follows = hosts, imageWithin = '10m' }: TownOptions = {}): string => `version: 1
project: shop
images: { web: { repository: ${shopImage} } }
defaults:
  image-within: ${imageWithin}
  verify: { web: { port: 3000, health: /health, version: "/health#/version", within: 20s, soak: 2s } }
environments:
  production: { branch: main, hosts: [${follows.join(', ')}], env: deploy/production.env, url: "https://shop.example.com" }
notify: ["slack:deploys"]
`

interface Logged {
  level: 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown>
}

/** One running Landfall among several. */
export interface Landfall {
  life: Life
  ports: Ports
  dispatcher: Dispatcher
  /** Ends it at once: nothing it began is heard of again. Its leases stay until they run out. */
  kill(): void
}

/**
 * Everything outside of Landfall's use cases, scripted and honest, around the real store in a file of its own. Time
 * stands still but for what `until` lets pass.
 */
export class Town {
  readonly clock: ManualClock
  readonly github = new FakeGitHub()
  readonly registry: FakeRegistry
  readonly hosts = new Map<string, FakeHost>()
  readonly said: { channel: string; message: ChatMessage }[] = []
  chatFails: () => Error | undefined = () => undefined
  readonly log: Logged[] = []
  readonly store: Store
  operator: OperatorFile
  readonly #landfalls = new Set<Landfall>()
  #told = 0

  constructor(store: Store, clock: ManualClock, options: TownOptions) {
    this.store = store
    this.clock = clock
    this.registry = new FakeRegistry(clock)
    for (const name of options.hosts ?? ['web-1']) this.hosts.set(name, new FakeHost(name, this.registry, clock))
    const names = [...this.hosts.keys()]
    this.operator = {
      hosts: Object.fromEntries([...this.hosts.values()].map(({ rule }) => [rule.name, rule])),
      groups: {},
      registries: {},
      repositories: [
        { name: 'acme/shop', projects: ['shop'], environments: { '*': names }, registries: [], notify: ['deploys'], allow: [] },
      ],
      chat: { deploys: { kind: 'slack', url: { env: 'SLACK' } } },
    }
    this.registry.push(databaseImage, '1')
    this.github.commit('main', {
      '.github/landfall.yml': landfallYml(options),
      'compose.yml': composeYml,
      'deploy/production.env': 'DB_PASSWORD=open-sesame\n',
    })
  }

  host(name = 'web-1'): FakeHost {
    const host = this.hosts.get(name)
    if (!host) throw new Error(`the town has no host ${name}`)
    return host
  }

  /** What Landfall has in its hands. */
  ports(life = new Life()): Ports {
    const { clock, github, registry, store } = this
    const note =
      (level: Logged['level']) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        if (!life.ended) this.log.push({ level, message, fields })
      }
    const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
    return {
      store: mortal(store, life, 'store'),
      queue: mortal(inProcessQueue(log), life, 'queue'),
      github: mortal(github, life, 'github'),
      registry: mortal(registry, life, 'registry'),
      hosts: mortal(
        { run: (rule, command, onLine, signal) => this.host(rule.name).run(command, onLine, signal), close: async () => {} },
        life,
        'hosts',
      ),
      compose: { imageLines: fakeCompose.imageLines, render: mortal(fakeCompose, life, 'compose').render },
      chat: mortal({ send: (channel, message) => this.#say(channel, message) }, life, 'chat'),
      clock: { now: () => clock.now(), sleep: mortal(clock, life, 'clock').sleep },
      signer: fakeSigner,
      secrets: async (reference) => new Secret(`secret of ${JSON.stringify(reference)}`),
      operator: { current: () => this.operator },
      addresses: { github: 'https://github.com', landfall: 'https://landfall.example.com' },
      ids: randomUUID,
      log,
    }
  }

  /** Starts a Landfall. */
  async start({ leaseSeconds = 10, sweepSeconds = 5 } = {}): Promise<Landfall> {
    const life = new Life()
    const ports = this.ports(life)
    const options = { holder: randomUUID(), leaseSeconds, sweepSeconds }
    const dispatcher = await dispatch(
      ports,
      options,
      (subject) => workFor(subject, ports),
      () => dueSubjects(ports),
    )
    const landfall: Landfall = {
      life,
      ports,
      dispatcher,
      kill() {
        life.ended = true
      },
    }
    this.#landfalls.add(landfall)
    return landfall
  }

  /** A commit on main with its image in the registry, unless `build` says otherwise; GitHub tells nobody yet. */
  commit(files: Record<string, string | null> = {}, { build = true, behaviour = {}, subject = 'A change' }: Change = {}): Sha {
    const sha = this.github.commit('main', files, { subject })
    if (build) this.build(sha, behaviour)
    return sha
  }

  /** What CI does for a commit. */
  build(sha: Sha, behaviour: Behaviour = {}): void {
    this.registry.push(shopImage, sha, { version: sha, ...behaviour })
  }

  /** GitHub tells of a push; by default of one that brought this commit to main. */
  async tellPush(after: Sha, changes: Partial<BranchMoved> = {}): Promise<void> {
    await this.tell({
      kind: 'push',
      repository,
      ref: 'refs/heads/main',
      before: String(this.#next()).padStart(40, '0'),
      after,
      actor: 'mona',
      delivery: randomUUID(),
      ...changes,
    })
  }

  /** GitHub tells of a merged pull request, which does not say where the branch was. */
  tellMerge(after: Sha): Promise<void> {
    return this.tell({ kind: 'push', repository, ref: 'refs/heads/main', after, actor: 'mona', delivery: randomUUID() })
  }

  async tellComment(body: string, changes: Partial<CommentMade> = {}): Promise<void> {
    const comment = { id: this.#next(), issue: 12 }
    await this.tell({ kind: 'comment', repository, comment, body, actor: 'mona', bot: false, delivery: randomUUID(), ...changes })
  }

  /** A webhook, answered when it resolves. */
  tell(incoming: BranchMoved | CommentMade): Promise<void> {
    const [serving] = [...this.#landfalls].filter(({ life }) => !life.ended)
    return intake(incoming, serving?.ports ?? this.ports())
  }

  /** Commits, builds, pushes and waits for the end of the deployment. */
  async deploy(files: Record<string, string | null> = {}, change: Change = {}): Promise<Deployment> {
    const sha = this.commit(files, change)
    await this.tellPush(sha)
    await this.quiet()
    const deployment = (await this.deployments()).find(({ revision }) => revision === sha)
    if (!deployment) throw new Error(`nothing was deployed for ${sha}`)
    return deployment
  }

  /** Newest first. */
  deployments(): Promise<Deployment[]> {
    return this.store.deployments.recent(100)
  }

  async newest(): Promise<Deployment> {
    const [newest] = await this.deployments()
    if (!newest) throw new Error('there is no deployment')
    return newest
  }

  /** Texts of a deployment's record, as `step host: text`. */
  async record(id: string): Promise<string[]> {
    return (await this.store.timeline.read(id)).map(({ step, host, text }) => `${step}${host ? ` ${host}` : ''}: ${text}`)
  }

  /** Lets time pass until it holds; throws when it does not within so many seconds. */
  async until(holds: () => boolean | Promise<boolean>, seconds = 3600): Promise<void> {
    const limit = this.clock.now().getTime() + seconds * 1000
    for (;;) {
      await idle()
      if (await holds()) return
      if (this.clock.now().getTime() >= limit) throw new Error(`it did not come to pass within ${seconds} s:\n${this.#story()}`)
      this.clock.toNext(limit)
    }
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.clock.now().getTime() + seconds * 1000
    await this.until(() => this.clock.now().getTime() >= end, seconds + 1)
    await idle()
  }

  /** Until every intent is settled, every deployment has ended and everything is published. */
  quiet(seconds?: number): Promise<void> {
    return this.until(async () => {
      const [intents, unfinished, due] = await Promise.all([
        this.store.intents.open(),
        this.store.deployments.unfinished(),
        this.store.reports.due(1),
      ])
      return intents.length + unfinished.length + due.length === 0
    }, seconds)
  }

  /** Until the newest deployment is in this state. */
  async reaches(state: Deployment['state'], seconds?: number): Promise<Deployment> {
    await this.until(async () => {
      const [newest] = await this.deployments()
      return newest?.state === state
    }, seconds)
    return this.newest()
  }

  close(): void {
    for (const landfall of this.#landfalls) landfall.kill()
  }

  #next(): number {
    this.#told += 1
    return this.#told
  }

  async #say(channel: string, message: ChatMessage): Promise<string> {
    const error = this.chatFails()
    if (error) throw error
    this.said.push({ channel, message })
    return 'said'
  }

  #story = () =>
    this.log
      .slice(-15)
      .map(({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`)
      .join('\n')
}

interface Change {
  build?: boolean
  behaviour?: Behaviour
  subject?: string
}

/** A town for this test alone, with a Landfall in it unless `started` is false. */
export async function openTown(options: TownOptions & { started?: boolean } = {}): Promise<Town> {
  const clock = new ManualClock()
  const folder = mkdtempSync(join(tmpdir(), 'landfall-town-'))
  const opened = openSqlite(folder)
  // What these tests write need not survive a power cut, and the database's clock is the town's.
  await sql`pragma synchronous = off`.execute(opened.db)
  await migrate(opened)
  const { kind, db, lockRows, passing, lockForMigration } = opened
  const database = {
    kind,
    db,
    lockRows,
    passing,
    lockForMigration,
    get now() {
      return sql<number>`${clock.now().getTime()}`
    },
  }
  const town = new Town(storeOver(database, { info() {}, warn() {}, error() {} }), clock, options)
  onTestFinished(async () => {
    town.close()
    await idle()
    await db.destroy()
    rmSync(folder, { recursive: true, force: true })
  })
  if (options.started !== false) await town.start()
  return town
}
