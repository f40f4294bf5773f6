import type { CheckRun, Comment, Delivery, Deployment as ShownDeployment, Status } from '../../lab/github/world.ts'
import type { Container } from '../containers.ts'
import type { HostAct } from '../host-record.ts'
import type { Fleet } from './fleet.ts'
import type { Command, History } from './history.ts'
import type { Twins, Write } from './host-watch.ts'
import type { Place, Rules } from './rules.ts'
import type { SecretsThere } from './secrets.ts'
import type { Settings } from './settings.ts'
import type { Data, StoredDeployment, StoredIntent, StoredReceipt, StoredVerdict } from './stored.ts'

/** Everything that is there to be seen after a run, by people, on the hosts, at GitHub, in the database. Plain data: the checks are pure. */
export interface Evidence {
  rules: Rules | undefined
  fleet: Fleet | undefined
  history: History
  /** Webhooks as GitHub sent them. */
  deliveries: readonly Pick<Delivery, 'guid' | 'event' | 'statusCode' | 'payload'>[]
  database: {
    intents: StoredIntent[]
    /** By delivery: the push it told of. */
    tellings: Map<string, string>
    /** In the order in which they came to be. */
    deployments: StoredDeployment[]
    /** What people said of deployments. */
    verdicts: StoredVerdict[]
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
  /** By deployment: when it was planned, in milliseconds since 1970, by Landfall's log. */
  planned: Map<string, number>
  /** Where a secret stands that should not. */
  told: string[]
  hosts: HostEvidence[]
}

/** What a host shows. */
export interface HostEvidence {
  place: Place
  name: string
  writes: Write[]
  twins: Twins[]
  /** Names of the containers that were begun to run once. */
  once: string[]
  acts: HostAct[]
  containers: Container[]
  /** By generation: the receipt that the host keeps. */
  receipts: Map<number, StoredReceipt>
  /** Folders of calls that ended, processes that should have. */
  leavings: string[]
  volumes: string[]
  data: Data
  /** Absent where the town has none. */
  settings?: Settings
  /** The same. */
  secrets?: SecretsThere
}

/** All there is to see of one environment. */
export interface View extends Evidence {
  place: Place
}

/** The same, looking at one of its hosts. */
export interface HostView extends View {
  host: HostEvidence
}

export const placesOf = ({ hosts }: Pick<Evidence, 'hosts'>): Place[] => [...new Set(hosts.map(({ place }) => place))]

/** One for each host of the environment. */
export const hostViewsOf = (view: View): HostView[] => view.hosts.map((host) => ({ ...view, host }))

/** One for each environment, with nothing of the others. */
export function viewsOf(evidence: Evidence): View[] {
  const { database, github, hosts } = evidence
  return placesOf(evidence).map((place) => ({
    ...evidence,
    place,
    hosts: hosts.filter((host) => host.place === place),
    database: { ...database, deployments: database.deployments.filter(({ environment }) => environment === place) },
    github: {
      ...github,
      statuses: github.statuses.filter(({ context }) => context === `landfall/${place}`),
      deployments: github.deployments.filter(({ environment }) => environment === place),
      checkRuns: github.checkRuns.filter(({ name }) => name === `Deploy to ${place}`),
    },
  }))
}

/** What Landfall answered to a command: marked with the intent that became of it, or with the deployment that it led to. */
export function answersTo({ comment }: Pick<Command, 'comment'>, { database, github }: Evidence): Comment[] {
  const intent = database.intents.find((one) => one.comment?.id === comment)
  const deployment = database.deployments.find((one) => one.intent === intent?.id)
  const marks = [intent?.id, deployment?.id].filter((id) => id !== undefined)
  return github.comments.filter(({ author, body }) => author.login === github.bot && marks.some((id) => body.includes(`answer:${id}`)))
}
