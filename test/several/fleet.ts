import { onFreePort } from '../lab/free-port.ts'
import { type Gates, installGates } from '../lab/gates.ts'
import { type LandfallProcess, type LogLine, startProcess } from '../lab/landfall/process.ts'
import { openTown, type Town } from '../lab/landfall/town.ts'
import { type Front, startFront } from './front.ts'

/** A town served by several Landfalls behind one address. */
export interface Fleet {
  town: Town
  gates: Gates
  front: Front
  /** Those that are there now. */
  landfalls: LandfallProcess[]
  /** Starts one more. */
  join(): Promise<LandfallProcess>
  /** Takes one out: it is stopped, or was killed. */
  part(landfall: LandfallProcess): void
  close(): Promise<void>
}

/** Opens a town with so many Landfalls on PostgreSQL and Redis. */
export async function openFleet(count: number): Promise<Fleet> {
  const [town, front] = await Promise.all([openTown({ servers: true }), startFront()])
  const { scenario } = town
  const landfalls: LandfallProcess[] = []
  const take = (landfall: LandfallProcess): LandfallProcess => {
    landfalls.push(landfall)
    front.add(landfall.url)
    return landfall
  }
  const fleet: Fleet = {
    town,
    gates: await installGates(town.host),
    front,
    landfalls,
    async join() {
      const environment = { ...scenario.environment, PUBLIC_URL: front.url }
      return take((await onFreePort((port) => startProcess({ ...environment, PORT: String(port) }))).started)
    },
    part(landfall) {
      front.remove(landfall.url)
      landfalls.splice(landfalls.indexOf(landfall), 1)
    },
    async close() {
      await Promise.all(landfalls.map((landfall) => landfall.stop()))
      front.close()
      await town.close()
    },
  }
  take(scenario.landfall)
  scenario.github.webhookUrl = `${front.url}/api/github/webhooks`
  for (let index = 1; index < count; index += 1) await fleet.join()
  return fleet
}

/** How many deployments it brought to a good end. */
export const doneBy = ({ log }: LandfallProcess): number => log.filter(isAt('succeeded')).length

/** A deployment came to this state. */
export const isAt =
  (state: string) =>
  (line: LogLine): boolean =>
    line.msg === 'deployment advanced' && line.state === state

/** Who of them has a deployment in hand that is in this state, and the first of the others. */
export function atWork({ landfalls }: Fleet, state: string): { worker: LandfallProcess; other: LandfallProcess } {
  const lastStep = ({ log }: LandfallProcess) => log.findLast(({ msg }) => msg === 'deployment advanced')
  const worker = landfalls.find((landfall) => lastStep(landfall)?.state === state)
  const other = landfalls.find((landfall) => landfall !== worker)
  if (!worker || !other) throw new Error(`nobody of several has a deployment at "${state}"`)
  return { worker, other }
}
