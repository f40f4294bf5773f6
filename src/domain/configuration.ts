import type { FilesRule } from './files.ts'
import type { GateRules } from './gate.ts'
import { matches } from './glob.ts'
import type { OneOff, StepRule } from './one-off.ts'
import { readRef } from './ref.ts'
import type { RolloutRule } from './rollout.ts'
import type { Secret } from './secret.ts'

/** Where a repository keeps the file of its project. */
export const projectFilePath = '.github/landfall.yml'

/** Where it keeps those of further projects, each whole: `api.yml`. */
export const projectFolder = '.github/landfall'

/** A project's file after parsing, defaults filled in: what should run. */
export interface ProjectFile {
  /** The Compose project name; lower case, stable for ever. */
  project: string
  /** Compose files in the order they are merged, relative to the repository's root. Empty: the first of `usualComposeFiles` there is. */
  compose: string[]
  images: Record<string, ImageRule>
  paths: PathsRule
  environments: Record<string, EnvironmentRule>
  /** What `/run` runs, by name. Absent: nothing. */
  tasks?: Record<string, OneOff>
  /** Chat channels as `slack:deploys`, defined by the operator. */
  notify: string[]
}

/** Where a project that names no Compose files has its one, in the order they are looked for; overrides beside it are not taken. */
export const usualComposeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const

/** An image the repository builds. */
export interface ImageRule {
  /** `ghcr.io/acme/shop`, without tag or digest. */
  repository: string
  /** Tag template; `{sha}` and `{short-sha}` are replaced. Default `{sha}`. */
  tag: string
  /** Patterns (see `glob`) of what it is built from: where none of it changed, the image keeps its digest. Absent: everything. */
  paths?: string[]
}

/** What of the repository deploys something when it changes, as patterns (see `glob`). */
export interface PathsRule {
  /** What changes only here deploys nothing. */
  ignore: string[]
  /** What changes nowhere here deploys nothing. Empty: everywhere counts. */
  only: string[]
  /** Folders and files of which every change counts; absent where there are none. */
  always?: string[]
}

/** What of Git an environment follows: the head of one branch, or each new tag of a pattern in which `*` is any text without `/`. */
export type SourceRule = { kind: 'branch'; branch: string } | { kind: 'tag'; pattern: string }

/** Whether a push to this full ref, such as `refs/heads/main`, concerns what follows the source. */
export function follows(source: SourceRule, ref: string): boolean {
  const named = readRef(ref)
  if (named?.kind !== source.kind) return false
  return source.kind === 'branch' ? named.name === source.branch : matches(source.pattern, named.name)
}

/** One environment of a project. */
export interface EnvironmentRule {
  name: string
  source: SourceRule
  /** Host names and `@group`s, as written. */
  hosts: string[]
  /** By these names the Compose profiles of each; absent where hosts are a list. */
  profiles?: Record<string, string[]>
  /** Dotenv file in the repository, relative to its root. */
  env?: string
  /** SOPS file in the repository, relative to its root: its values join those of `env`. */
  secrets?: string
  /** How old a secret's value may become before people are reminded, in seconds. Absent: as old as it likes. */
  secretsAge?: number
  /** Folders and files of the repository that are put where services mount them; absent where there are none. */
  files?: FilesRule[]
  /** Where people reach it; shown on GitHub. */
  url?: string
  /** What is asked there once all hosts are proved. */
  verifyUrl?: UrlRule
  /** By service name. Services not named are proved by state, restarts and digest. */
  verify: Record<string, VerifyRule>
  /** How long to wait for an image that is not in the registry yet, in seconds. */
  imageWithin: number
  /** Releases kept on each host with their images, the running one included. */
  keep: number
  /** How long it is watched after it was verified, in seconds; what does not stay well is taken back. Absent: not at all. */
  bake?: number
  /** What is run once before hosts change, in this order. Absent: nothing. */
  before?: StepRule[]
  rollout: RolloutRule
  gates: GateRules
}

/** What is asked for by a path, and where in the JSON that answers (RFC 6901); without a pointer, all of it. */
export interface AnswerPart {
  path: string
  pointer?: string
}

/** How a service is proved. All durations in seconds. */
export interface VerifyRule {
  /** Port inside the container. */
  port?: number
  /** Path answering 2xx when healthy. */
  health?: string
  /** Where the app tells its version: a path, and optionally `#` and a JSON pointer into the answer. */
  version?: AnswerPart
  /** Where the app tells what it depends on, each of which must be up: a path, and optionally a JSON pointer as for `version`. */
  dependencies?: AnswerPart
  /** Further paths that must answer 2xx once healthy. */
  smoke: string[]
  /** Run in each container; exit code 0 is healthy. Words as they are, for no shell reads them. */
  command?: string[]
  /** Longest time from switch to healthy. */
  within: number
  /** How long it must stay healthy without a restart afterwards. */
  soak: number
}

/** How an environment is proved at its public address. */
export interface UrlRule {
  /** Paths below the address, as of `VerifyRule`. */
  health?: string
  version?: AnswerPart
  smoke: string[]
  /** Longest time from the moment all hosts are proved, in seconds. */
  within: number
}

/** For so many seconds each run of a `command` may take. */
export const commandWithin = 5

/** `operator.yml` after parsing: what exists and who may use it. */
export interface OperatorFile {
  hosts: Record<string, HostRule>
  bastions: Record<string, BastionRule>
  /** How a host is reached that says nothing of it itself and is in no group. */
  defaults: Pick<Machine, 'port' | 'user' | 'bastion'>
  groups: Record<string, string[]>
  registries: Record<string, RegistryRule>
  /** In file order; the first whose pattern matches counts. */
  repositories: RepositoryRule[]
  chat: Record<string, ChatRule>
  /** Address ranges that repositories may have asked by `verify-url` although they are not public. Absent: none. */
  publicChecks?: { allow: string[] }
}

/** A machine that Landfall logs in to. */
export interface Machine {
  name: string
  address: string
  port: number
  user: string
  /** Pinned public host key, `ssh-ed25519 AAAA…`; there is no trust on first use. */
  hostKey: string
  /** What it is reached through, and that in its turn. Absent: nothing, it is reached from here. */
  bastion?: BastionRule
}

/** A machine Landfall may deploy to. */
export type HostRule = Machine

/** A machine that Landfall goes through to others, where it runs nothing. */
export type BastionRule = Machine

/**
 * Where a secret value comes from; read each time it is needed, so that rotation needs no restart. What a command printed may be good for some
 * seconds more.
 */
export type SecretReference = { env: string } | { file: string } | { command: string[]; lasts?: number | undefined }

export interface RegistryRule {
  /** `ghcr.io` or `registry.example.com:5000` */
  host: string
  username: string
  password: SecretReference
  /** File with the certificates of the authority that signed its own, where that is none that everybody knows. */
  ca?: string
}

/** What one repository (or pattern of them) may use. Default deny: what is not listed is refused. */
export interface RepositoryRule {
  /** `acme/shop` or `acme/*`. */
  name: string
  projects: string[]
  /** Environment name, or `*`, to host names and `@group`s. */
  environments: Record<string, string[]>
  /** Registry hosts whose credentials may be used for it. */
  registries: string[]
  /** Keys of `chat`. */
  notify: string[]
  /** Compose features normally refused, allowed here: `privileged`, `docker-socket`… */
  allow: ComposeRisk[]
  /** Values of environments by reference, by environment name and then by variable. Absent: none. */
  secrets?: Record<string, Record<string, SecretReference>>
  /**
   * The floor that no repository's file goes below, by environment name or `*`. Both count: `*` holds for every environment, a name adds
   * to it.
   */
  require: Record<string, FloorRule>
}

/** The least that holds for an environment, whatever the repository's file says. */
export interface FloorRule extends Partial<GateRules> {
  /** From where alone it may be deployed. Absent: from wherever the repository says. */
  from?: SourcesRule
}

/** Patterns of branches and of tags, in which `*` is any text without `/`. An empty list lets none through. */
export interface SourcesRule {
  branches: string[]
  tags: string[]
}

/** A Compose feature that hands the host to the container; refused unless the operator allows it. */
export const composeRisks = [
  'privileged',
  'host-network',
  'host-pid',
  'host-ipc',
  'host-userns',
  'host-cgroup',
  'host-uts',
  'docker-socket',
  'host-path',
  'capabilities',
  'devices',
  'security-options',
  'sysctls',
  'volume-driver-options',
  'other-project',
] as const
export type ComposeRisk = (typeof composeRisks)[number]

export type ChatRule = { kind: 'slack'; url: SecretReference } | { kind: 'telegram'; token: SecretReference; chat: string; api: string }

/** Resolves a reference to its value at the moment of use; `anew` where the one before was refused, whatever it was said to last. */
export type SecretReader = (reference: SecretReference, how?: 'anew') => Promise<Secret>
