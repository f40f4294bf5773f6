/**
 * What somebody wants, as typed in a comment. Environments are known only when the repository's file is read, so a name here is
 * a word nobody has checked yet; `AimedCommand` is the same with its environment found.
 */
export type Command =
  | ({ kind: PlainKind } & MaybeNamed)
  /** `overContract`: also over a release that nothing older fits. */
  | ({ kind: 'deploy'; revision?: ShaStart; tag?: TagName; again?: true; overContract?: true } & MaybeNamed)
  | ({ kind: 'rollback'; to?: RollbackTo; overContract?: true } & MaybeNamed)
  | { kind: 'reject'; text: MaybeNamedReason }
  | { kind: 'lock'; text: MaybeNamedReason; everywhere?: true; seconds?: number }
  | ({ kind: 'unlock'; everywhere?: true } & MaybeNamed)
  | ({ kind: 'run'; task: string } & MaybeNamed)
  | { kind: 'plan' }
  | { kind: 'help' }

/** Commands that take an environment and nothing else. */
export type PlainKind = 'promote' | 'approve' | 'status' | 'retry' | 'cancel'

interface MaybeNamed {
  /** As typed; absent where the person named none. */
  environment?: string
}

/** Words with one space between them: perhaps an environment, then a reason. Only who knows the environments can tell them apart. */
export type MaybeNamedReason = string

/** The first 7 to 40 digits of a commit id, lower case. */
export type ShaStart = string

/** A tag's name, without `refs/tags/`. */
export type TagName = string

/** Which release to go back to. */
export type RollbackTo =
  | { kind: 'commit'; revision: ShaStart }
  | { kind: 'tag'; name: TagName }
  /** What this pull request brought. */
  | { kind: 'pull-request'; number: number }
  /** The release of this generation, as plans and pages count them. */
  | { kind: 'generation'; generation: number }

/** A command whose environment is one that there is. */
export type AimedCommand =
  | { kind: 'promote'; environment: string }
  | { kind: 'approve'; environment: string }
  | { kind: 'retry'; environment: string }
  | { kind: 'cancel'; environment: string }
  /** `again`: also what failed or was rolled back there before. */
  | { kind: 'deploy'; environment: string; revision?: ShaStart; tag?: TagName; again?: true; overContract?: true }
  | { kind: 'rollback'; environment: string; to?: RollbackTo; overContract?: true }
  /** A named task of the project's file. */
  | { kind: 'run'; environment: string; task: string }
  | { kind: 'reject'; environment: string; reason: string }
  /** Without an environment: all of them. */
  | { kind: 'status'; environment?: string }
  /** Without an environment: all of them. The reason may be empty. It runs out after so many seconds. */
  | { kind: 'lock'; environment?: string; reason: string; seconds?: number }
  /** Without an environment: the lock on all of them. */
  | { kind: 'unlock'; environment?: string }
  /** Of all environments: which are concerned, the pull request says. */
  | { kind: 'plan' }
  | { kind: 'help' }

/** The one of this kind. */
export type Aimed<Kind extends AimedCommand['kind']> = Extract<AimedCommand, { kind: Kind }>

export type CommandKind = Command['kind']

/** The least somebody must be in the repository. Strangers are read-only guests in a public one, so reading is not enough for anything. */
export type CommandRole = 'triage' | 'write'

/** Each command as it is written and the role it needs, in the order in which people are told of them. */
export const commandRules: Record<CommandKind, { usage: string; role: CommandRole }> = {
  status: { usage: '/status [environment]', role: 'triage' },
  plan: { usage: '/plan', role: 'triage' },
  deploy: { usage: '/deploy [environment] [commit or tag] [--again] [--over-contract]', role: 'write' },
  rollback: { usage: '/rollback [environment] [to <commit, tag, #pull request or generation>] [--over-contract]', role: 'write' },
  promote: { usage: '/promote [environment]', role: 'write' },
  approve: { usage: '/approve [environment]', role: 'write' },
  reject: { usage: '/reject [environment] <reason>', role: 'write' },
  retry: { usage: '/retry [environment]', role: 'write' },
  cancel: { usage: '/cancel [environment]', role: 'write' },
  lock: { usage: '/lock [environment or --all] [reason] [--for 2h]', role: 'write' },
  unlock: { usage: '/unlock [environment or --all]', role: 'write' },
  run: { usage: '/run <task> [environment]', role: 'write' },
  help: { usage: '/help', role: 'triage' },
}

export const commandKinds = Object.keys(commandRules) as CommandKind[]
