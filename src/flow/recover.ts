import { planFile } from '../host/plan-file.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { isEmpty, type KeptRelease, type Recovery, type Remembered, recoveryOf } from '../policy/recovery.ts'
import { environmentLease } from './environment.ts'
import type { Ports } from './ports.ts'
import { type Place, type Recalled, recallFrom } from './recall.ts'
import { storeRecovery } from './store-recovery.ts'

export interface RecoverRequest {
  /** Tells what would be done, and does nothing. */
  dryRun: boolean
  /** Hosts to go on without, whatever they may know. */
  without: readonly string[]
  /** Landfall's signing key is another one now: hosts' generations are believed although nothing proves them. */
  lostKey: boolean
}

/** What became of one environment that hosts know. */
export interface EnvironmentRecovered {
  repository: string
  environment: string
  /** Names of the hosts that know it. */
  hosts: string[]
  /** The highest generation on hosts, and the highest the database had handed out. */
  generation: number
  before: number
  recovery: Recovery
  /** Why nothing was changed, and what to do. */
  left?: string
  /** What else people should know of it. */
  remarks: string[]
}

export interface Recovered {
  environments: EnvironmentRecovered[]
  /** Hosts that did not answer; there may be more on them. */
  silent: string[]
  /** What was found and left alone, because it is nobody's that Landfall serves there. */
  remarks: string[]
}

type RecoverPorts = Pick<Ports, 'store' | 'hosts' | 'operator' | 'signer' | 'clock' | 'ids' | 'log'>

/** No Landfall hands out so many; hosts compare numbers of nine digits at most. */
const highestBelieved = 900_000_000

/**
 * Brings a database that was lost, or restored from an older copy, up to what the hosts know: generations go on from the highest
 * they have seen, releases that were verified have their deployments again, and deployments that hosts have gone past are ended.
 * It changes nothing on any host, and nothing of an environment that it could not see whole. Safe to repeat, and beside a
 * Landfall that serves.
 *
 * @param say hears what each host answered, as it comes
 */
export async function recover(request: RecoverRequest, ports: RecoverPorts, say: (line: string) => void): Promise<Recovered> {
  const hosts = Object.values(ports.operator.current().hosts).filter(({ name }) => !request.without.includes(name))
  const recalled = await Promise.all(
    hosts.map(async (host) => {
      const answer = await recallFrom(host, ports)
      say(answered(answer))
      return answer
    }),
  )
  const places = recalled.flatMap((answer) => (answer.kind === 'told' ? answer.places : []))
  const served = places.filter((place) => mayHave(place, place.host, ports))
  const environments: EnvironmentRecovered[] = []
  for (const together of Map.groupBy(served, ({ repository, environment }) => `${repository} ${environment}`).values()) {
    environments.push(await recoverEnvironment(together, recalled, request, ports))
  }
  environments.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  return {
    environments,
    silent: recalled.filter(({ kind }) => kind === 'silent').map(({ host }) => host),
    remarks: places.filter((place) => !served.includes(place)).map(notServed),
  }
}

export const nameOf = ({ repository, environment }: Pick<EnvironmentRecovered, 'repository' | 'environment'>): string =>
  `${repository} ${environment}`

function answered(answer: Recalled): string {
  if (answer.kind === 'silent') return `${answer.host}: ${answer.why}`
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`
  const releases = answer.places.reduce((sum, place) => sum + place.releases.length, 0)
  return `${answer.host}: ${count(answer.places.length, 'environment')}, ${count(releases, 'release')}`
}

/** Whether the operator's file gives this repository the environment there; what a host claims of others counts for nothing. */
function mayHave({ repository, project, environment }: Place, host: string, { operator }: RecoverPorts): boolean {
  const asked = { operator: operator.current(), repository, project, environment, asked: [host] }
  return allowedHosts(asked).kind === 'allowed'
}

function notServed({ host, project, environment, repository }: Place): string {
  if (repository === '') return `${host}: ${project}/${environment} does not tell its repository: left alone.`
  return `${host}: ${project}/${environment} is of ${repository}, to which operator.yml does not give it there: left alone.`
}

async function recoverEnvironment(
  places: Place[],
  recalled: Recalled[],
  { dryRun, lostKey }: RecoverRequest,
  ports: RecoverPorts,
): Promise<EnvironmentRecovered> {
  const [{ repository = '', environment = '' } = {}] = places
  const remembered = together(places)
  const lease = environmentLease(repository, environment)
  // After the hosts were asked: what they had heard by then, a database that lost nothing has stored before.
  const before = await ports.store.environments.generation(repository, environment)
  const recovery = recoveryOf(remembered, {
    generation: before,
    turn: await ports.store.recovery.turn(lease),
    planned: await ports.store.recovery.planned(repository, environment),
    open: await ports.store.deployments.open(repository, environment),
  })
  const hosts = [...new Set(places.map(({ host }) => host))].sort()
  const found = {
    repository,
    environment,
    hosts,
    generation: remembered.generation,
    before,
    recovery,
    remarks: remarksOn(places, recovery),
  }
  if (isEmpty(recovery)) return found
  const left = unseen(places, recalled, ports) ?? unbelieved(places, lostKey)
  if (left !== undefined) return { ...found, left }
  if (!dryRun) await storeRecovery(found, lease, ports)
  return found
}

/** What the hosts know between them. */
function together(places: Place[]): Remembered {
  const generation = Math.max(...places.map((place) => place.generation))
  const turns = places.filter((place) => place.proved && place.generation === generation).map(({ turn }) => turn)
  const kept = Map.groupBy(
    places.flatMap(({ releases }) => releases),
    ({ plan }) => plan.generation,
  )
  const releases = [...kept.values()].map(([first, ...more]): KeptRelease => {
    if (!first) throw new Error('a group has at least one member')
    const same = [first, ...more.filter(({ plan }) => planFile(plan) === planFile(first.plan))]
    const receipt = same.find((release) => release.receipt)?.receipt
    return { plan: first.plan, hosts: same.map(({ on }) => on), ...(receipt && { receipt }) }
  })
  releases.sort((one, other) => one.plan.generation - other.plan.generation)
  return { generation, turn: Math.max(0, ...turns), releases }
}

/** Hosts that may know more of it and did not answer. */
function unseen([place]: Place[], recalled: Recalled[], ports: RecoverPorts): string | undefined {
  const silent = recalled
    .filter((answer) => answer.kind === 'silent' && place && mayHave(place, answer.host, ports))
    .map(({ host }) => host)
  if (silent.length === 0) return undefined
  const words = silent.map((host) => `--without ${host}`).join(' ')
  return `${silent.join(', ')} may know more of it and did not answer. Run this again when that is mended, or go on with ${words}`
}

function unbelieved(places: Place[], lostKey: boolean): string | undefined {
  const unproved = places.filter(({ proved }) => !proved)
  const absurd = places.find(({ generation }) => generation > highestBelieved)
  if (absurd) return `${absurd.host} says generation ${absurd.generation}, which no Landfall hands out. Look at that host`
  if (unproved.length === 0 || lostKey) return undefined
  const hosts = unproved.map(({ host }) => host).join(', ')
  return `${hosts} cannot prove the generation with this Landfall's key. Where the signing key was lost too, run this with --lost-key`
}

function remarksOn(places: Place[], { conflicts }: Recovery): string[] {
  const doubtful = places.flatMap(({ host, doubtful: generations }) =>
    generations.length === 0 ? [] : [`${host} cannot prove release ${generations.join(', ')}: not taken over.`],
  )
  const others = conflicts.map((generation) => `generation ${generation} is another deployment in the database than on the hosts.`)
  return [...doubtful, ...others]
}
