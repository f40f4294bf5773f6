import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { inProcessQueue } from '../../src/adapters/queue/in-process.ts'
import type { OperatorFile, SecretReader } from '../../src/domain/configuration.ts'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { Secret } from '../../src/domain/secret.ts'
import { type Dispatcher, dispatch } from '../../src/flow/dispatch.ts'
import { hear } from '../../src/flow/happening.ts'
import { type CommentMade, intake, type RefMoved } from '../../src/flow/intake.ts'
import type { Happening, Hosts, Ports, Store } from '../../src/flow/ports.ts'
import { dueSubjects, workFor } from '../../src/flow/work.ts'
import { repository } from './builders.ts'
import { openDatabase, type TestDatabase } from './database.ts'
import { FakeChat } from './fake-chat.ts'
import { fakeCompose } from './fake-compose.ts'
import { FakeGitHub } from './fake-github.ts'
import { FakeHost } from './fake-host.ts'
import { fakeIdentities } from './fake-identities.ts'
import { FakeLog } from './fake-log.ts'
import { type Behaviour, FakeRegistry } from './fake-registry.ts'
import { fakeSigner } from './fake-signer.ts'
import { FakeWeb } from './fake-web.ts'
import { idle, ManualClock } from './manual-clock.ts'
import { Life, mortal } from './mortal.ts'
import { databaseImage, type ShopOptions, shopFiles, shopImage } from './shop.ts'

export interface TownOptions extends ShopOptions {
  /** Hosts there are, all of them granted to the shop. */
  hosts?: string[]
  /** False for a town in which no Landfall runs yet. */
  started?: boolean
  /** True for a town in which Landfall looks for what webhooks did not tell. */
  sweeps?: boolean
}

/** One running Landfall among several. */
export interface Landfall {
  life: Life
  ports: Ports
  dispatcher: Dispatcher
  /** Ends it at once: nothing it began is heard of again. Its leases stay until they run out. */
  kill(): void
}

/** What happened, whoever told it. */
type Untold<T> = T extends Happening ? Omit<T, 'repository' | 'delivery' | 'actor'> : never

interface Change {
  /** False where the image is not built yet. */
  build?: boolean
  behaviour?: Behaviour
  subject?: string
}

/** A town for this test alone. */
export async function openTown(options: TownOptions = {}): Promise<Town> {
  const clock = new ManualClock()
  const town = new Town(clock, await openDatabase(clock), options)
  onTestFinished(async () => {
    town.close()
    await idle()
    await town.closeDatabases()
  })
  if (!options.sweeps) for (const name of ['repositories', 'deliveries', 'secrets']) await town.store.sweeps.next(name, 1e9)
  if (options.started !== false) await town.start()
  return town
}

/**
 * Everything around Landfall's use cases, scripted and honest: a repository on GitHub, a registry, hosts, a chat, and the
 * real store. Time stands still but for what `until` and its kin let pass.
 */
export class Town {
  readonly clock: ManualClock
  store: Store
  readonly github = new FakeGitHub()
  /** The public address leads to the first host. */
  readonly web = new FakeWeb(() => this.host([...this.hosts.keys()][0]).container('web')?.image.behaviour)
  readonly registry: FakeRegistry
  readonly hosts = new Map<string, FakeHost>()
  readonly chat = new FakeChat()
  readonly log = new FakeLog()
  operator: OperatorFile
  /** What secrets of the operator's file are. */
  secrets: SecretReader = async (reference) => new Secret(`secret of ${JSON.stringify(reference)}`)
  #database: TestDatabase
  readonly #lost: TestDatabase[] = []
  readonly #landfalls = new Set<Landfall>()
  #numbers = 0

  constructor(clock: ManualClock, database: TestDatabase, { hosts = ['web-1'], follows = hosts, ...shop }: TownOptions) {
    this.clock = clock
    this.#database = database
    this.store = database.store
    this.registry = new FakeRegistry(clock)
    for (const name of hosts) this.hosts.set(name, new FakeHost(name, this.registry, clock))
    const granted = { projects: ['shop'], environments: { '*': hosts }, registries: [], notify: ['deploys'], allow: [], require: {} }
    this.operator = {
      hosts: Object.fromEntries([...this.hosts.values()].map(({ rule }) => [rule.name, rule])),
      bastions: {},
      defaults: { port: 22, user: 'landfall' },
      groups: {},
      registries: {},
      repositories: [{ name: 'acme/shop', ...granted }],
      chat: { deploys: { kind: 'slack', url: { env: 'SLACK' } } },
    }
    this.registry.push(databaseImage, '1')
    this.github.commit('main', shopFiles({ follows, ...shop }))
  }

  host(name = 'web-1'): FakeHost {
    const host = this.hosts.get(name)
    if (!host) throw new Error(`the town has no host ${name}`)
    return host
  }

  /** A backup of the database, for `restoreDatabase`. */
  backUp(): Promise<string> {
    return this.#database.backUp()
  }

  /** Every Landfall dies, and the database is a backup of it from then on, or an empty one. */
  async restoreDatabase(backup?: string): Promise<void> {
    this.close()
    this.#lost.push(this.#database)
    this.#database = await openDatabase(this.clock, backup)
    this.store = this.#database.store
    if (backup === undefined) for (const name of ['repositories', 'deliveries', 'secrets']) await this.store.sweeps.next(name, 1e9)
  }

  async closeDatabases(): Promise<void> {
    for (const database of [...this.#lost, this.#database]) await database.close()
  }

  /** The whole outside, as a process with this life has it in its hands. */
  ports(life = new Life()): Ports {
    const { clock } = this
    const log = this.log.of(life)
    const hosts: Hosts = {
      run: (rule, command, onLine, signal) => this.host(rule.name).run(command, onLine, signal),
      close: async () => undefined,
    }
    return {
      store: mortal(this.store, life, 'store'),
      queue: mortal(inProcessQueue(log), life, 'queue'),
      github: mortal(this.github, life, 'github'),
      registry: mortal(this.registry, life, 'registry'),
      hosts: mortal(hosts, life, 'hosts'),
      compose: { ...fakeCompose, render: mortal(fakeCompose, life, 'compose').render },
      chat: mortal(this.chat, life, 'chat'),
      publicWeb: mortal(this.web, life, 'publicWeb'),
      clock: { now: () => clock.now(), githubNow: () => clock.githubNow(), sleep: mortal(clock, life, 'clock').sleep },
      signer: fakeSigner,
      identities: fakeIdentities,
      secrets: (reference, how) => this.secrets(reference, how),
      operator: { current: () => this.operator },
      addresses: { github: 'https://github.com', landfall: 'https://landfall.example.com' },
      pace: { repositories: 60, deliveries: 300, secrets: 3600 },
      ids: randomUUID,
      random: () => 0.5,
      log,
    }
  }

  /** Starts a Landfall. */
  async start({ leaseSeconds = 30, sweepSeconds = 10 } = {}): Promise<Landfall> {
    const life = new Life()
    const ports = this.ports(life)
    const dispatcher = await dispatch(
      ports,
      { holder: randomUUID(), leaseSeconds, sweepSeconds },
      (subject) => workFor(subject, ports),
      () => dueSubjects(ports),
    )
    const kill = () => {
      life.ended = true
    }
    const landfall = { life, ports, dispatcher, kill }
    this.#landfalls.add(landfall)
    return landfall
  }

  close(): void {
    for (const landfall of this.#landfalls) landfall.kill()
  }

  // --- what people and machines do -----------------------------------------------------------------------------

  /** A commit on main; its image is in the registry unless it is not built yet. GitHub tells nobody. */
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
  tellPush(after: Sha, changes: Partial<RefMoved> = {}): Promise<void> {
    const before = String(this.#number()).padStart(40, '0')
    return this.#tell({
      kind: 'push',
      repository,
      ref: 'refs/heads/main',
      before,
      after,
      actor: 'mona',
      delivery: randomUUID(),
      ...changes,
    })
  }

  /** GitHub tells of a merged pull request, which does not say where the branch was. */
  tellMerge(after: Sha): Promise<void> {
    return this.#tell({ kind: 'push', repository, ref: 'refs/heads/main', after, actor: 'mona', delivery: randomUUID() })
  }

  tellComment(body: string, changes: Partial<CommentMade> = {}): Promise<void> {
    const comment = { id: this.#number(), issue: 12 }
    return this.#tell({
      kind: 'comment',
      repository,
      comment,
      body,
      at: this.clock.now().toISOString(),
      actor: 'mona',
      bot: false,
      delivery: randomUUID(),
      ...changes,
    })
  }

  /** GitHub tells of something beside pushes and comments. */
  tellOf(what: Untold<Happening>, { actor = 'mona', ...of }: Partial<Pick<Happening, 'actor' | 'repository'>> = {}): Promise<void> {
    return hear({ repository, ...what, actor, delivery: randomUUID(), ...of }, this.#serving())
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

  // --- what became of it -------------------------------------------------------------------------------------------

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

  // --- time; one of these at a time ----------------------------------------------------------------------------------

  /** Lets time pass until it holds; throws when it does not within so many seconds. */
  async until(holds: () => boolean | Promise<boolean>, seconds = 3600): Promise<void> {
    const limit = this.clock.now().getTime() + seconds * 1000
    for (;;) {
      await idle()
      if (await holds()) return
      if (this.clock.now().getTime() >= limit) throw new Error(`it did not come to pass within ${seconds} s:\n${this.log.end()}`)
      this.clock.toNext(limit)
    }
  }

  /** Lets so many seconds pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.clock.now().getTime() + seconds * 1000
    await this.until(() => this.clock.now().getTime() >= end, seconds)
  }

  /** Until every intent is settled, every deployment has ended and everything is published that is due. */
  quiet(seconds?: number): Promise<void> {
    return this.until(async () => (await this.#database.openWork()) === 0, seconds)
  }

  /** Until the newest deployment is in this state. */
  async reaches(state: Deployment['state'], seconds?: number): Promise<Deployment> {
    await this.until(async () => (await this.store.deployments.recent(1))[0]?.state === state, seconds)
    return this.newest()
  }

  /** A webhook, answered when it resolves. */
  #tell(incoming: RefMoved | CommentMade): Promise<void> {
    return intake(incoming, this.#serving())
  }

  /** The outside as whoever answers webhooks has it. */
  #serving(): Ports {
    const serving = [...this.#landfalls].find(({ life }) => !life.ended)
    return serving?.ports ?? this.ports()
  }

  #number(): number {
    this.#numbers += 1
    return this.#numbers
  }
}
