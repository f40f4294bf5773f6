import { z } from 'zod'
import { limited } from '../limited.ts'
import { quote } from '../quote.ts'

/** A container as an administrator finds it, whoever started it. Never its environment, which may hold secrets. */
export interface FoundContainer {
  id: string
  name: string
  /** Of Compose; all empty for a container that Compose did not start. */
  project: string
  folder: string
  files: string
  service: string
  /** Of `docker compose run`. */
  oneOff: boolean
  /** As it was asked for: `ghcr.io/acme/shop:1.2`. */
  reference: string
  /** The engine's own id of it. */
  image: string
  running: boolean
  /** Addresses in its networks; empty ones left out. */
  addresses: string[]
  /** TCP ports that its image or Compose file names. */
  ports: number[]
}

/** An image that containers here were made from. */
export interface FoundImage {
  id: string
  /** `repo@sha256:…`, as registries know it; none for one that was built here and never pushed. */
  digests: string[]
}

export interface MachineLook {
  containers: FoundContainer[]
  images: FoundImage[]
  platform: string
  /** Places that Landfall looks after already: `shop/production`. */
  places: string[]
}

/**
 * Looks at everything that runs, as a script for root's `sh -s`. It changes nothing.
 *
 * @param root folder of releases
 */
export const lookScript = (root: string): string => `
set -eu
${limited}
limited 20 docker version --format '{"type":"platform","platform":"{{.Server.Os}}/{{.Server.Arch}}"}'
for current in ${quote(root)}/*/*/current; do
  [ -f "$current" ] || continue
  place=\${current#${quote(root)}/}
  printf '{"type":"place","place":"%s"}\\n' "\${place%/current}"
done
ids=$(limited 20 docker ps -aq --no-trunc)
[ -n "$ids" ] || exit 0
limited 60 docker inspect --type container --format '${containerLine}' $ids
limited 60 docker image inspect --format '{"type":"image","id":{{json .Id}},"digests":{{json .RepoDigests}}}' \\
  $(limited 60 docker inspect --type container --format '{{.Image}}' $ids | sort -u) 2>/dev/null || true
`

const label = (name: string) => `{{json (index .Config.Labels "com.docker.compose.${name}")}}`
const containerLine = [
  '{"type":"container","id":{{json .ID}},"name":{{json .Name}}',
  `"project":${label('project')},"folder":${label('project.working_dir')},"files":${label('project.config_files')}`,
  `"service":${label('service')},"oneOff":${label('oneoff')}`,
  '"reference":{{json .Config.Image}},"image":{{json .Image}},"running":{{json .State.Running}}',
  '"addresses":[{{range $name, $network := .NetworkSettings.Networks}}{{json $network.IPAddress}},{{end}}""]',
  '"ports":[{{range $port, $on := .Config.ExposedPorts}}{{json $port}},{{end}}""]}',
].join(',')

/** Docker prints `null` or nothing for a label that is not there. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('platform'), platform: z.string() }),
  z.object({ type: z.literal('place'), place: z.string() }),
  z.object({
    ...{ type: z.literal('container'), id: z.string(), name: z.string().transform((name) => name.replace(/^\//, '')) },
    ...{ project: text, folder: text, files: text, service: text },
    oneOff: text.transform((value) => value === 'True'),
    ...{ reference: z.string(), image: z.string(), running: z.boolean() },
    addresses: z.array(z.string()).transform((all) => all.filter((one) => one !== '')),
    ports: z.array(z.string()).transform((all) => all.flatMap((one) => (/^\d+\/tcp$/.test(one) ? Number.parseInt(one, 10) : []))),
  }),
  z.object({ type: z.literal('image'), id: z.string(), digests: z.array(z.string()).nullable() }),
])

/** Reads what `lookScript` printed. Throws on anything else. */
export function readLook(stdout: string): MachineLook {
  const lines = stdout
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => line.parse(JSON.parse(one)))
  return {
    containers: lines.flatMap((one) => {
      if (one.type !== 'container') return []
      const { type: _, ...container } = one
      return container
    }),
    images: lines.flatMap((one) => (one.type === 'image' ? { id: one.id, digests: one.digests ?? [] } : [])),
    platform: lines.flatMap((one) => (one.type === 'platform' ? one.platform : []))[0] ?? '',
    places: lines.flatMap((one) => (one.type === 'place' ? one.place : [])),
  }
}
