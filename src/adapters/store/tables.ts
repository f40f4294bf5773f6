/**
 * The tables as Kysely sees them. Text and whole numbers only, so that SQLite and PostgreSQL hold the same. These types are
 * a claim about rows, not a proof: what becomes a domain object is parsed by the schemas in `stored/`.
 */
export interface Tables {
  sequences: SequenceRow
  intents: IntentRow
  tellings: TellingRow
  deployments: DeploymentRow
  timeline: TimelineRow
  receipts: ReceiptRow
  leases: LeaseRow
  reports: ReportRow
  seen: SeenRow
  sweeps: SweepRow
  replays: ReplayRow
  locks: LockRow
  verdicts: VerdictRow
  pull_plans: PullPlanRow
  wanted_plans: WantedPlanRow
  tasks: TaskRow
  adoptions: AdoptionRow
  secret_ages: SecretAgesRow
}

/** A counter that never goes back; see `sequences.ts`. */
export interface SequenceRow {
  name: string
  value: number
}

export interface IntentRow {
  id: string
  /** The store's own order. Clocks do not order anything here. */
  sequence: number
  key: string
  kind: string
  /** `owner/name` */
  repository: string
  installation: number
  actor: string
  delivery: string
  received_at: string
  ref: string | null
  before: string | null
  after: string | null
  /** 1 where the push was; null where it was not, or nobody said so. */
  forced: number | null
  /** 1 where Landfall found the branch there itself and its push was not told; `before` is where it was seen last then. */
  found: number | null
  environment: string | null
  /** JSON, `CommentRef`. */
  comment: string | null
  /** JSON, `Command`; null for what is none. */
  command: string | null
  said_at: string | null
  /** The deployment a command was given at the side of, and what it showed. */
  deployment: string | null
  shown: string | null
  /** JSON, `IntentOutcome`; null while the intent is open. */
  outcome: string | null
}

/** Which intent a delivery told of, also where it was known already. */
export interface TellingRow {
  delivery: string
  intent: string
}

export interface DeploymentRow {
  id: string
  sequence: number
  intent: string
  kind: string
  /** `owner/name` */
  repository: string
  installation: number
  project: string
  environment: string
  revision: string | null
  subject: string | null
  author: string | null
  branch: string | null
  tag: string | null
  actor: string
  pull_request: number | null
  /** JSON, `CommentRef`. */
  comment: string | null
  /** JSON, `CommentRef[]`. */
  told_in: string | null
  state: string
  /** JSON, `Reason`. */
  reason: string | null
  /** JSON, `Reason[]`. */
  closed: string | null
  /** JSON, `Proposal`. */
  proposal: string | null
  asked: string | null
  /** 1 where somebody tried again; null where not. */
  retried: number | null
  /** JSON, `TakenBack`. */
  taken_back: string | null
  /** JSON, `Plan`. */
  plan: string | null
  /** The plan's, to be found by. */
  generation: number | null
  /** JSON, `RolloutProgress`. */
  rollout: string | null
  /** What hosts fetched in advance: JSON, `Fetched`. */
  fetched: string | null
  /** JSON, names of hosts. */
  awaits: string | null
  /** State of a soak that goes on behind, and why it ended so: JSON, `Reason`. */
  soak: string | null
  soak_reason: string | null
  created_at: string
  started_at: string | null
  finished_at: string | null
  /** Number of the newest intent that was stored before it ended; null where it has not, or nobody counted yet. */
  ended_after: number | null
}

export interface TimelineRow {
  deployment: string
  /** From 1, without gaps. */
  position: number
  at: string
  step: string
  host: string | null
  text: string
}

export interface ReceiptRow {
  deployment: string
  /** JSON, `Receipt`. */
  receipt: string
}

export interface LeaseRow {
  subject: string
  /** Null once released: a lease given back writes no more. */
  holder: string | null
  number: number
  /** From its last claim or renewal on. Both in milliseconds since 1970 by the database's clock. */
  since: number
  until: number
}

export interface ReportRow {
  subject: string
  surface: string
  wanted: number
  published: number
  /** Milliseconds since 1970 by the database's clock. */
  due: number
  attempts: number
  memory: string | null
  error: string | null
  /** 1 from the moment it is about to be published until it is known that it was. */
  begun: number
}

export interface SeenRow {
  /** `owner/name` */
  repository: string
  place: string
  mark: string
}

export interface SweepRow {
  name: string
  /** Milliseconds since 1970 by the database's clock. */
  due: number
}

export interface LockRow {
  /** `owner/name` */
  repository: string
  /** Empty: every environment. */
  environment: string
  id: string
  person: string
  reason: string
  pull_request: number | null
  /** Both in milliseconds since 1970 by the database's clock. */
  since: number
  until: number | null
}

export interface VerdictRow {
  deployment: string
  person: string
  /** Both null for a word that was kept before they were: it counts for nobody in particular. */
  role: string | null
  /** JSON, a list. */
  teams: string | null
  verdict: string
  revision: string | null
  content: string
  reason: string | null
  at: string
}

export interface PullPlanRow {
  /** `owner/name` */
  repository: string
  number: number
  /** JSON, `PullPlan`. */
  plan: string
  /** The plan's. */
  head: string
  base: string
  /** Milliseconds since 1970 by the database's clock. */
  kept: number
}

export interface WantedPlanRow {
  /** `owner/name` */
  repository: string
  number: number
  installation: number
  /** 1 where a person asked for it. */
  asked: number
  version: number
  tries: number
  /** Milliseconds since 1970 by the database's clock. */
  due: number
}

export interface TaskRow {
  id: string
  /** JSON, `TaskRun`. */
  run: string
  /** 1 once it has. */
  ended: number
}

export interface AdoptionRow {
  /** `owner/name` */
  repository: string
  environment: string
  /** JSON, `Adoption`. */
  adoption: string
}

export interface SecretAgesRow {
  /** `owner/name` */
  repository: string
  environment: string
  /** JSON, `SecretAges`. */
  ages: string
  /** How many deployments have written them. */
  version: number
  /** When they are to be looked at, in milliseconds since 1970 by Landfall's clock; null for not before another deployment. */
  due: number | null
  /** When people were reminded last. */
  reminded: string | null
}

export interface ReplayRow {
  sequence: number
  guid: string
  event: string
  missed_at: string
  status: string
  replayed_at: string
}
