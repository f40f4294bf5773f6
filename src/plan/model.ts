import { z } from 'zod'

/** The parts of Compose's rendered model that planning reads; everything else passes through untouched. */
export interface ComposeModel {
  services: Record<string, ModelService>
  networks: Record<string, unknown>
  volumes: Record<string, unknown>
  configs: Record<string, unknown>
  secrets: Record<string, unknown>
}

export type ModelService = z.infer<typeof service>

const dependency = z.looseObject({ condition: z.string().optional(), restart: z.boolean().optional(), required: z.boolean().optional() })
const named = z.union([z.string().transform((source) => ({ source })), z.looseObject({ source: z.string() })])
const service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  profiles: z.array(z.string()).default([]),
  depends_on: z
    .record(z.string(), dependency)
    .nullish()
    .transform((value) => value ?? {}),
  environment: z.record(z.string(), z.unknown()).nullish(),
  network_mode: z.string().optional(),
  ipc: z.string().optional(),
  pid: z.string().optional(),
  volumes_from: z.array(z.string()).default([]),
  networks: z
    .record(z.string(), z.looseObject({ aliases: z.array(z.string()).nullish() }).nullable())
    .nullish()
    .transform((value) => value ?? {}),
  volumes: z
    .array(
      z.looseObject({ type: z.string(), source: z.string().optional(), target: z.string().optional(), read_only: z.boolean().optional() }),
    )
    .default([]),
  configs: z.array(named).default([]),
  secrets: z.array(named).default([]),
  restart: z.string().optional(),
  container_name: z.string().optional(),
  mac_address: z.string().optional(),
  ports: z.array(z.looseObject({ published: z.union([z.string(), z.number()]).optional() })).nullish(),
  healthcheck: z.looseObject({ test: z.union([z.string(), z.array(z.string())]).nullish(), disable: z.boolean().optional() }).nullish(),
  scale: z.coerce.number().optional(),
  deploy: z.looseObject({ mode: z.string().optional(), replicas: z.coerce.number().optional() }).nullish(),
})
const record = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {})
const model = z.looseObject({
  services: z
    .record(z.string(), service)
    .nullish()
    .transform((value) => value ?? {}),
  networks: record,
  volumes: record,
  configs: record,
  secrets: record,
})

/** Reads what Compose rendered. Throws where that is no Compose model: the binary is broken then, not the repository. */
export const readModel = (rendered: unknown): ComposeModel => model.parse(rendered)

/** What a condition of `depends_on` waits for beside the start. */
export const awaitedState = (condition: string | undefined): 'completed' | 'healthy' | undefined => conditions[condition ?? '']

const conditions: Record<string, 'completed' | 'healthy'> = { service_completed_successfully: 'completed', service_healthy: 'healthy' }

/** Containers it should have on each host where it runs. */
export const replicasOf = (service: ModelService): number => service.scale ?? service.deploy?.replicas ?? 1

/** Something of another service that a service cannot be without. */
export interface Shared {
  /** The key that names the other one. */
  key: 'network_mode' | 'ipc' | 'pid' | 'volumes_from'
  /** Its name. */
  needs: string
}

/** In whose network, process or IPC space a service lives, and whose volumes it mounts. */
export function sharedWith(service: ModelService): Shared[] {
  const spaces = (['network_mode', 'ipc', 'pid'] as const).flatMap((key) => {
    const mode = service[key] ?? ''
    return mode.startsWith('service:') ? [{ key, needs: mode.slice('service:'.length) }] : []
  })
  const mounted = service.volumes_from.filter((from) => !from.startsWith('container:'))
  return [...spaces, ...mounted.map((from) => ({ key: 'volumes_from' as const, needs: from.split(':')[0] ?? '' }))]
}

/** Whether Docker looks after its health by a check that the Compose file has; what its image brings is not known here. */
export function isCheckedByDocker({ healthcheck }: ModelService): boolean {
  const test = [healthcheck?.test ?? []].flat()
  return healthcheck?.disable !== true && test.length > 0 && test[0] !== 'NONE'
}
