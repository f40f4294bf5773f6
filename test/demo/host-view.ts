import { z } from 'zod'
import type { Host } from '../lab/host.ts'

/** What the host itself shows of the shop, asked past Landfall. */
export interface HostView {
  /** Digest the web container was started by. */
  running: string
  /** Digest of the image's configuration, as Docker names it. */
  config: string
  /** The version its health page answers. */
  answered: string
  /** The stateful service: its container, and what its data say. */
  database: { container: string; born: string; rows: number; boots: number }
}

const container = z.object({
  Id: z.string(),
  Image: z.string(),
  Config: z.object({ Image: z.string() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
})
const containers = z.tuple([container])
const health = z.object({ version: z.string() })
const data = z.object({ born: z.string(), boots: z.number(), rows: z.number() })

/** Looks at the containers of `project` with Docker's own commands, and asks them over the host's network. */
export async function lookAtHost(host: Host, project: string): Promise<HostView> {
  const [web, database] = await Promise.all([inspect(host, `${project}-web-1`), inspect(host, `${project}-db-1`)])
  const [answered, rows] = await Promise.all([ask(host, web, 3000, '/health'), ask(host, database, 5432, '/')])
  return {
    running: web.Config.Image.split('@')[1] ?? web.Config.Image,
    config: web.Image,
    answered: health.parse(JSON.parse(answered)).version,
    database: { container: database.Id, ...data.parse(JSON.parse(rows)) },
  }
}

/** Puts a row into the stateful service. */
export async function addRow(host: Host, project: string, word: string): Promise<void> {
  await ask(host, await inspect(host, `${project}-db-1`), 5432, `/add/${word}`)
}

async function inspect(host: Host, name: string): Promise<z.infer<typeof container>> {
  return containers.parse(JSON.parse(await host.docker('inspect', name)))[0]
}

function ask(host: Host, { NetworkSettings }: z.infer<typeof container>, port: number, path: string): Promise<string> {
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? ''
  return host.sh(`curl -fsS --max-time 3 http://${address}:${port}${path}`)
}
