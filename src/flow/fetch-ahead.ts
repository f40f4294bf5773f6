import type { HostRule } from '../domain/configuration.ts'
import { type Deployment, type Fetched, isTerminal } from '../domain/deployment.ts'
import { onHost } from '../domain/host-view.ts'
import type { Draft, Proposal } from '../domain/plan.ts'
import { sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { encloseLogins } from '../host/bundle.ts'
import { fetch } from '../host/commands.ts'
import { images } from '../host/manifest.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { redact } from '../report/redact.ts'
import { loginsOf } from './bundle.ts'
import { type Outcome, order } from './fleet.ts'
import type { Lease, Ports } from './ports.ts'
import { deploymentReports } from './publish.ts'
import type { Run } from './run.ts'
import type { Work } from './under-lease.ts'

/** What is woken when hosts may fetch what a deployment that waits will need. */
const fetchSubject = (id: string): string => `fetch:${id}`

/** Seconds between two looks whether it is wanted still. */
const lookEvery = 5

/** What of a deployment that waits is not fetched yet: its proposal, and the hosts that were not asked; undefined where nothing is. */
function unfetched({ state, proposal, fetched }: Deployment): { proposal: Proposal; hosts: string[] } | undefined {
  if (state !== 'waiting' || !proposal) return undefined
  const { there, failed } = soFar(proposal, fetched)
  const hosts = proposal.draft.hosts.map(({ name }) => name).filter((name) => !there.includes(name) && !failed.includes(name))
  return hosts.length > 0 ? { proposal, hosts } : undefined
}

/** What hosts fetched for another proposal says nothing of this one. */
const soFar = ({ content }: Proposal, fetched: Fetched | undefined): Fetched =>
  fetched?.content === content ? fetched : { content, there: [], failed: [] }

/** Lets hosts fetch the images of a proposal. Nobody waits for it. */
export async function wakeFetch({ deployment, ports }: Pick<Run, 'deployment' | 'ports'>): Promise<void> {
  if (unfetched(deployment)) await ports.queue.wake(fetchSubject(deployment.id))
}

/**
 * While a deployment waits its hosts fetch the images it shows, each once for each proposal: its own pull then needs next to no time. It
 * has a lease of its own and puts nothing, so that it holds up nobody. What cannot be fetched is noted, and left to that pull. It ends
 * when the deployment is over or shows something else.
 */
export async function fetchWork(id: string, ports: Ports): Promise<Work | undefined> {
  const known = await ports.store.deployments.read(id)
  if (!known || !unfetched(known)) return undefined
  return {
    lease: fetchSubject(id),
    async run(lease, signal) {
      const deployment = await ports.store.deployments.read(id)
      const asked = deployment && unfetched(deployment)
      if (asked) await fetchAhead(deployment, asked, { lease, signal, ports })
      return undefined
    },
  }
}

/** Under whose lease it is done, and until when. */
interface Fetching {
  lease: Lease
  signal: AbortSignal
  ports: Ports
}

async function fetchAhead(
  deployment: Deployment,
  { proposal, hosts: names }: { proposal: Proposal; hosts: string[] },
  { lease, signal, ports }: Fetching,
): Promise<void> {
  const { id, repository, environment } = deployment
  const { draft } = proposal
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const looking = lookOut(deployment, proposal, over, until, ports)
  try {
    const logins = await loginsOf(repository, draft.logins, ports)
    const generation = (await ports.store.environments.generation(fullName(repository), environment)) + 1
    const by = { turn: lease.number, sign: ports.signer.sign }
    const mask = (text: string) =>
      redact(
        text,
        logins.map(({ password }) => password.reveal()),
      )
    let fetched = soFar(proposal, deployment.fetched)
    const asked = allowed(draft, names, ports)
    let left = asked.length
    /** One after another: each is told beside those before it. */
    let noting = Promise.resolve()
    const note = async (host: string, done: Outcome<string>, seconds: number) => {
      const kind = done.kind === 'done' ? 'there' : 'failed'
      fetched = { ...fetched, [kind]: [...fetched[kind], host] }
      const text = done.kind === 'done' ? `images are there, fetched in advance after ${seconds.toFixed(1)} s` : failedText(done)
      await ports.store.timeline.append(id, [{ at: ports.clock.now().toISOString(), step: 'fetch', host, text }])
      left -= 1
      // Told once for all of them: what GitHub lets be written in an hour is for what people wait for.
      const reports = left > 0 ? [] : deploymentReports(deployment).filter(({ surface }) => surface === 'check')
      await ports.store.deployments.fetched(id, lease, fetched, reports)
    }
    await Promise.all(
      asked.map(async (host) => {
        const began = ports.clock.now().getTime()
        const needed = images(onHost({ ...draft, generation }, host.name))
        const command = fetch({ ...draft, generation }, by, needed, encloseLogins(logins))
        const sending = { step: { name: 'fetch', refused: 'pull-failed' } as const, mask, signal: until }
        const done = needed.length === 0 ? nothingNeeded : await order(ports, host, command, sending)
        noting = noting.then(() => note(host.name, done, (ports.clock.now().getTime() - began) / 1000))
        await noting
      }),
    )
  } catch (error) {
    // Nobody wants it any more; what else went wrong is told.
    if (!over.signal.aborted || signal.aborted) throw error
  } finally {
    over.abort()
    await looking
  }
}

const nothingNeeded: Outcome<string> = { kind: 'done', value: '' }

/** Of these hosts those that the operator's file grants still. */
function allowed({ repository, project, environment }: Draft, names: readonly string[], { operator }: Ports): HostRule[] {
  const place = { operator: operator.current(), repository: fullName(repository), project, environment }
  return names.flatMap((name) => {
    const one = allowedHosts({ ...place, asked: [name] })
    return one.kind === 'allowed' ? one.hosts : []
  })
}

const failedText = ({ reason }: Outcome<string> & { kind: 'failed' }): string => `could not be fetched in advance: ${sentenceOf(reason)}`

/** Ends it once the deployment is over or shows something else. One that goes on pulls the same images: what is under way helps it. */
async function lookOut(
  { id }: Deployment,
  { content }: Proposal,
  over: AbortController,
  until: AbortSignal,
  { store, clock }: Ports,
): Promise<void> {
  while (!until.aborted) {
    await clock.sleep(lookEvery, until)
    if (until.aborted) return
    const now = await store.deployments.read(id).catch(() => undefined)
    if (now && (isTerminal(now.state) || (now.state === 'waiting' && now.proposal?.content !== content))) over.abort()
  }
}
