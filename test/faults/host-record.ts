import { z } from 'zod'
import type { Town } from '../lab/landfall/town.ts'

/** A line that landfall-shell left on the host: what somebody had it do to the shop. */
export interface HostAct {
  /** Milliseconds since 1970, by the host's clock, in whole seconds. */
  at: number
  verb: string
  generation: number
  /** The number of the lease under which Landfall's worker ordered it. */
  turn: number
  /** How it ended: `accepted`, `switched`, `refused 12`…; before that `began`, for those that touch containers. */
  outcome: string
}

/** Everything that was done to the shop (or another project, elsewhere) on its host, oldest first, by the host's own record. */
export async function actsOn({ host }: Pick<Town, 'host'>, project = 'shop', environment = 'production'): Promise<HostAct[]> {
  const text = await host.sh(`cat /var/lib/landfall/${project}/${environment}/log`)
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [at = '', , verb = '', generation = '', turn = '', ...outcome] = line.split(' ')
      return { at: Date.parse(at), verb, generation: Number(generation), turn: Number(turn), outcome: outcome.join(' ') }
    })
}

/** What the host's record says of one generation, oldest first: `put accepted`. */
export async function actsOf(town: Pick<Town, 'host'>, generation: number): Promise<string[]> {
  const acts = await actsOn(town)
  return acts.filter((act) => act.generation === generation).map(({ verb, outcome }) => `${verb} ${outcome}`)
}

/** The newest generation that was put on the host. */
export async function newestGeneration({ host }: Pick<Town, 'host'>): Promise<number> {
  return Number((await host.sh('cut -d " " -f 1 /var/lib/landfall/shop/production/fence | head -n 1')).trim())
}

const event = z.object({ Action: z.string(), Actor: z.object({ Attributes: z.record(z.string(), z.string()) }) })

/**
 * What Docker did to the containers of the shop (or another project) since then, by its own record: `start shop-web-1`,
 * `die shop-web-1 with 0`.
 */
export async function eventsSince({ host }: Pick<Town, 'host'>, since: Date, project = 'shop'): Promise<string[]> {
  const seconds = (date: Date) => (date.getTime() / 1000).toFixed(3)
  const filters = ['type=container', `label=com.docker.compose.project=${project}`].flatMap((filter) => ['--filter', filter])
  const span = ['--since', seconds(since), '--until', seconds(new Date())]
  const lines = (await host.docker('events', ...span, ...filters, '--format', '{{json .}}')).trim().split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => event.parse(JSON.parse(line)))
    .map(({ Action, Actor: { Attributes } }) => {
      const code = Attributes.exitCode === undefined ? '' : ` with ${Attributes.exitCode}`
      return `${Action} ${Attributes.name ?? ''}${code}`
    })
}

/** How many containers of the web service were started since then. */
export async function webStarts(town: Pick<Town, 'host'>, since: Date): Promise<number> {
  const events = await eventsSince(town, since)
  return events.filter((line) => /^start .*shop-web-1$/.test(line)).length
}
