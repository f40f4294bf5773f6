import type { UrlRule, VerifyRule } from './configuration.ts'
import type { SyncedFiles } from './files.ts'
import type { GateRules, PassedGate } from './gate.ts'
import type { PinnedImage } from './image.ts'
import type { OneOff } from './one-off.ts'
import type { Instant, Repository, Sha } from './repository.ts'
import type { StartFirstRule, Wave } from './rollout.ts'
import type { SecretKeys } from './secret-age.ts'

/**
 * Everything that will happen, fixed: execution makes no choices. It holds no secret; the contents of the
 * environment's `.env` are fetched again when the bundle is made and compared with `envFingerprint`.
 */
export interface Plan {
  /** Version of this format. In the first waves were lists of names. */
  format: 1 | 2
  kind: 'deploy' | 'rollback'
  repository: Repository
  project: string
  environment: string
  /** Fencing token: hosts refuse bundles and steps of a lower one. */
  generation: number
  /** Id of the deployment whose release this is: its own, or for a rollback that of the release brought back. */
  release: string
  /** Of a rollback the generation under which that release was first deployed: what ran between is not what came before it. */
  again?: number
  /** The commit whose Compose files, environment and files are put on the hosts. */
  revision: Sha
  images: PinnedImage[]
  services: PlannedService[]
  /** Services of the previous release that are gone from the Compose file; their containers are removed, volumes never. */
  removed: string[]
  hosts: PlannedHost[]
  /** Every host once, in the order in which they are switched; those that are away as well, and they are passed over. */
  waves: Wave[]
  /** Where a host fails, those that are proved keep the release. Absent: every host goes back. */
  onFailure?: 'keep'
  /** Hosts that do not answer before the start are passed over. Absent: nothing begins then. */
  unreachable?: 'skip'
  /** Hosts that did not answer and are passed over: none of `hosts`. They get the release when they are back. */
  away?: string[]
  /** Compose profiles by name of those; absent where none has any. */
  awayProfiles?: Record<string, string[]>
  /** Hosts that were away when this release came, and get it now. The others have it, and keep what they have. */
  late?: string[]
  /** What is run once before any host changes, in this order. Absent: nothing, as on every way back. */
  before?: PlannedStep[]
  /** Older releases do not fit what this one leaves behind: nothing goes back over it by itself. Absent: they do. */
  contract?: Contract
  /** The merged Compose file, not interpolated, so that it holds no value of any variable. */
  compose: string
  /** The generated override: pinned images, no builds, order among the services that change. */
  override: string
  /** Variables that reach interpolation only, such as the tag. Never secret. */
  interpolation: Record<string, string>
  /** The dotenv file in the repository at `revision`; absent where the environment has none. */
  env?: string
  /**
   * The SOPS file in the repository whose values join those of `env`, and the commit it is taken from: a way back keeps the secrets that
   * run now. Absent where the environment has none.
   */
  secrets?: { path: string; revision: Sha }
  /** By what the ages of its secrets are known. Absent: nothing is known of them; they stay as they are. */
  secretKeys?: SecretKeys
  /** Keyed fingerprint of the `.env` contents. */
  envFingerprint: string
  /** Variables of the `.env` that the operator's file leads to; absent where there are none. */
  fromOperator?: OperatorVariable[]
  /** Repository files that services name as `env_file`: path relative to the project folder. */
  files: PlannedFile[]
  /** Folders and files of the repository that are put where services mount them; absent where there are none. */
  synced?: SyncedFiles[]
  /** Paths of the project folder that were put there by what ran, and that this has not. */
  gone?: string[]
  /**
   * The generation whose `.env` and files are taken from what hosts keep of it, because the repository could not be read. Absent: they come
   * from the repository at `revision`.
   */
  kept?: number
  /** Registry hosts whose credentials the pull needs. */
  logins: string[]
  /** Releases kept on each host with their images. */
  keep: number
  /** Names of the operator's chat channels. */
  notify: string[]
  /**
   * `behind`: two good looks in a row verify it, and the soak goes on afterwards. People who roll back need what runs to be the old
   * release, which was proved once already, and need it now. Absent: it is verified when its soak is over.
   */
  soak?: 'behind'
  /** For so many seconds a deployment that is verified is watched on, and taken back where it does not stay well. Of a rollback it means nothing. */
  bake?: number
  /** Shown on GitHub. */
  url?: string
  /** What is asked of the public address once all hosts are proved. */
  atUrl?: UrlCheck
  /** The gates in the file at `revision`: they hold for what comes next as well, so that no change loosens those it has to pass itself. */
  gates?: GateRules
  /** By what the gates that asked for something were seen open when it was planned. */
  passed?: PassedGate[]
}

/** A variable whose value is read where the operator's file says. */
export interface OperatorVariable {
  name: string
  /** Keyed, of name and value. */
  fingerprint: string
}

/** A container that is run once, on one host, before any host changes. */
export interface PlannedStep extends OneOff {
  /** Name of the host. */
  host: string
  /** What its service depends on and what that does, the deepest first. What of it does not run is started for the step. */
  needs: Need[]
}

/** How far another service has to be. */
export interface Need {
  service: string
  is: 'started' | 'healthy' | 'completed'
}

/** Why older releases do not fit any more. */
export interface Contract {
  /** In plain words, such as `db/contract/7.sql changed`. */
  because: string[]
  /** The files that it is for. Absent where there are other reasons, or too many. */
  files?: string[]
}

/** How the environment is proved at its public address. */
export interface UrlCheck extends UrlRule {
  url: string
}

/** Every host that the plan is for, in order: those that are passed over as well. */
export const allHosts = ({ waves }: Pick<Plan, 'waves'>): string[] => waves.flatMap(({ hosts }) => hosts)

/** A plan before its gates let it through and it has its number: hosts know nothing of it. */
export type Draft = Omit<Plan, 'generation' | 'passed'>

/** What a deployment would do, shown before its gates open. The digests in it are those that will run, whatever becomes of their tags. */
export interface Proposal {
  draft: Draft
  /** Fingerprint of what was shown, which an approval holds for: commit, digests, Compose, files, environment, hosts. */
  content: string
  /** Since when it could be seen, by GitHub's clock: what somebody said before was not about this. */
  since: Instant
}

/** What happens to one service. */
export interface PlannedService {
  name: string
  /** Repository name of its image in `Plan.images[].repository` with digest: `repo@sha256:…`. */
  image: string
  change: ServiceChange
  /** Why it changes, in plain words: "image", "configuration"; empty when untouched. */
  because: string[]
  /** Keyed fingerprint of its whole rendered definition; equal fingerprints need no restart. */
  fingerprint: string
  /** Containers it should have on each host where it runs; 0 for a service of a profile that no host has. */
  replicas: number
  /** Names of the hosts where it runs; absent where that is all of the plan's. */
  hosts?: string[]
  /** Ends by itself with exit code 0 (`restart: no` and awaited by others as completed). */
  oneShot: boolean
  /** Absent: proved by state, restarts and digest over the soak. */
  verify?: VerifyRule
  /** The Compose file has a health check for it. Its image may have one, which counts as well, and is not known of here. */
  dockerHealth?: true
  /** Longest time and soak that hold for it, in seconds, also where `verify` is absent. */
  within: number
  soak: number
  /** The commit its image was built from: the version it must answer. */
  version?: Sha
  /** Hash of mounted files that only a new container sees as they are now; absent where there are none. */
  files?: string
  /** Its containers stay and take changed files up: by `reload`, or by themselves. */
  reloaded?: true
  /** Names beside its own by which other containers find it, where a check of files has to know them. */
  aliases?: string[]
  /** Its networks by their names, where it has addresses or names of its own in them, which another container cannot have as well. */
  networks?: string[]
  /** Its variables by which a proxy would send requests to a container that has them. */
  announced?: string[]
  /** What it mounts of the project folder, as Compose rendered it: `data` is `./data`. Absent where it mounts nothing there. */
  binds?: string[]
  /** Its containers may stand beside another release's, and leave in this way; absent: old ones stop before new ones start. */
  startFirst?: StartFirstRule
  /** This time they do: the old ones go once the new ones are proved. Only for a service that is recreated. */
  beside?: Beside
}

/** How new containers are started beside the old ones. */
export interface Beside {
  /** What they wait for, of what is started in the same switch and not beside others: Compose itself waits within one call alone. */
  after: { service: string; is: 'completed' | 'healthy' }[]
}

/** Whether it may behave otherwise afterwards: it has new containers, or its containers have new files. */
export const isAffected = ({ change, reloaded }: Pick<PlannedService, 'change' | 'reloaded'>): boolean =>
  change !== 'untouched' || reloaded === true

export type ServiceChange = 'created' | 'recreated' | 'untouched'

export interface PlannedHost {
  name: string
  platform: string
  /** The release that runs now and is returned to on failure; absent on a first deployment. */
  previous?: { generation: number; revision: Sha }
  /** Its Compose profiles in alphabetical order; absent where it has none. */
  profiles?: string[]
  /** Services that other hosts keep as they are and that this one has not yet, as it or its profile is new, or it is late; see `onHost`. */
  creates?: string[]
  /** Services that run on other hosts and no more on this one: their containers are removed here. */
  removes?: string[]
  /** The override for this host, where that is another because of them. */
  override?: string
}

export interface PlannedFile {
  /** Relative to the project folder: `./web.env` is `web.env`. */
  path: string
  /** Path in the repository at `revision`. */
  source: string
  fingerprint: string
}
