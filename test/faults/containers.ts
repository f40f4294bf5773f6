import { z } from 'zod'
import type { Town } from '../lab/landfall/town.ts'

/** A container as its host shows it. */
export type Container = z.infer<typeof containerLine>
const containerLine = z.object({
  id: z.string(),
  name: z.string().transform((name) => name.replace(/^\//, '')),
  service: z.string(),
  /** `repository@sha256:…` */
  reference: z.string(),
  status: z.string(),
  startedAt: z.string(),
})

/** The container of the shop's web service. @throws where none of it runs */
export async function runningWeb(town: Pick<Town, 'host'>): Promise<Container> {
  const web = (await containersOf(town)).find(({ service, status }) => service === 'web' && status === 'running')
  if (!web) throw new Error('no web service runs')
  return web
}

const format =
  '{"id":{{json .ID}},"name":{{json .Name}},"service":{{json (index .Config.Labels "com.docker.compose.service")}},' +
  '"reference":{{json .Config.Image}},"status":{{json .State.Status}},"startedAt":{{json .State.StartedAt}}}'

/** All containers of the shop (or another project), asked of Docker and not of Landfall. */
export async function containersOf({ host }: Pick<Town, 'host'>, project = 'shop'): Promise<Container[]> {
  const ids = (await host.docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`)).trim()
  if (ids === '') return []
  const lines = (await host.docker('inspect', '--type', 'container', '--format', format, ...ids.split('\n'))).trim().split('\n')
  return lines.map((line) => containerLine.parse(JSON.parse(line)))
}
