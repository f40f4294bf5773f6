import type { HostRule } from '../domain/configuration.ts'
import { allHosts } from '../domain/plan.ts'
import { hello } from '../host/commands.ts'
import { type Retirement, readLeft, retireScript } from '../host/retire-script.ts'
import type { AdminLogin } from './bootstrap.ts'
import type { Hosts, Ports } from './ports.ts'

/** An environment that has a host. */
export interface EnvironmentOnHost {
  /** `owner/name` */
  repository: string
  environment: string
}

/** How many deployments back the last that succeeded is looked for. */
const remembered = 500

/** The environments whose release is meant for a host: by what was verified last, and by what was planned since. */
export async function environmentsOn(host: string, { store }: Pick<Ports, 'store'>): Promise<EnvironmentOnHost[]> {
  const known = await store.environments.known()
  const used = await Promise.all(
    known.map(async ({ repository, environment }) => {
      const planned = (await store.deployments.ofEnvironment(repository, environment, remembered)).filter(({ plan }) => plan !== undefined)
      const counts = [planned[0], planned.find(({ state }) => state === 'succeeded')]
      return counts.some((one) => one?.plan && allHosts(one.plan).includes(host))
    }),
  )
  return known.filter((_, index) => used[index])
}

export type HostRetired =
  /** `left`: what was deployed there and runs on, as `project/environment`. `tried`: what came of a login with Landfall's key. */
  | { kind: 'retired'; left: string[]; tried: string }
  /** Everything was taken away, and the key opens it nevertheless. */
  | { kind: 'still-open' }
  | { kind: 'host-key-changed'; shown: string }
  | { kind: 'failed'; detail: string }

export interface RetirePorts {
  login(): Promise<AdminLogin>
  hosts: Pick<Hosts, 'run'>
}

/** Takes Landfall's way in to a host away, over an administrator's login, and then tries whether it is gone. */
export async function retireHost(host: HostRule, retirement: Retirement, ports: RetirePorts): Promise<HostRetired> {
  const logged = await ports.login()
  if (logged.kind === 'wrong-key') return { kind: 'host-key-changed', shown: logged.shown }
  if (logged.kind !== 'connected') return { kind: 'failed', detail: logged.detail }
  try {
    const { code, stdout, stderr } = await logged.session.run(retireScript(retirement))
    if (code !== 0) return { kind: 'failed', detail: stderr.trim() }
    const tried = await knock(host, ports)
    return tried === undefined ? { kind: 'still-open' } : { kind: 'retired', left: readLeft(stdout), tried }
  } finally {
    logged.session.close()
  }
}

/** What keeps Landfall's key out; undefined where it lets it in, whatever it runs then. */
async function knock(host: HostRule, { hosts }: Pick<RetirePorts, 'hosts'>): Promise<string | undefined> {
  const first = await hosts.run(host, hello())
  // A line that was open before may only now be found cut.
  const answer = first.kind === 'connection-lost' ? await hosts.run(host, hello()) : first
  if (answer.kind === 'exited') return undefined
  return 'detail' in answer
    ? answer.detail
    : answer.kind === 'stalled'
      ? 'it does not answer'
      : `it shows another host key, ${answer.shown}`
}
