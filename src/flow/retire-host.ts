import { allHosts } from '../domain/plan.ts'
import { type Retirement, readLeft, retireScript } from '../host/retire-script.ts'
import type { AdminLogin } from './bootstrap.ts'
import type { Ports } from './ports.ts'

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
  /** What was deployed there and runs on, as `project/environment`. */
  { kind: 'retired'; left: string[] } | { kind: 'host-key-changed'; shown: string } | { kind: 'failed'; detail: string }

/** Takes Landfall's way in to a host away, over an administrator's login. */
export async function retireHost(retirement: Retirement, login: () => Promise<AdminLogin>): Promise<HostRetired> {
  const logged = await login()
  if (logged.kind === 'wrong-key') return { kind: 'host-key-changed', shown: logged.shown }
  if (logged.kind !== 'connected') return { kind: 'failed', detail: logged.detail }
  try {
    const { code, stdout, stderr } = await logged.session.run(retireScript(retirement))
    return code === 0 ? { kind: 'retired', left: readLeft(stdout) } : { kind: 'failed', detail: stderr.trim() }
  } finally {
    logged.session.close()
  }
}
