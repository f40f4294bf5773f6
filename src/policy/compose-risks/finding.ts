import { z } from 'zod'
import type { ComposeRisk } from '../../domain/configuration.ts'

/** Something in a rendered Compose model that reaches beyond the project's own containers. */
export interface Finding {
  /** What the operator would have to allow; `never` where nothing can. */
  risk: ComposeRisk | 'never'
  /** `services.web.privileged` */
  path: string
  what: string
}

/** The parts of a rendered service that can carry a risk. Unknown keys pass: Compose has checked the file against its schema. */
export const serviceShape = z.looseObject({
  privileged: z.boolean().nullish(),
  network_mode: z.string().nullish(),
  pid: z.string().nullish(),
  ipc: z.string().nullish(),
  uts: z.string().nullish(),
  userns_mode: z.string().nullish(),
  cgroup: z.string().nullish(),
  cgroup_parent: z.string().nullish(),
  cap_add: z.array(z.string()).nullish(),
  devices: z.array(z.unknown()).nullish(),
  device_cgroup_rules: z.array(z.string()).nullish(),
  security_opt: z.array(z.string()).nullish(),
  credential_spec: z.unknown().optional(),
  sysctls: z.union([z.record(z.string(), z.unknown()), z.array(z.string())]).nullish(),
  volumes: z
    .array(
      z.looseObject({
        type: z.string(),
        source: z.string().optional(),
        read_only: z.boolean().optional(),
        bind: z.looseObject({ propagation: z.string().optional() }).nullish(),
      }),
    )
    .nullish(),
  volumes_from: z.array(z.string()).nullish(),
  external_links: z.array(z.string()).nullish(),
  use_api_socket: z.boolean().nullish(),
  provider: z.unknown().optional(),
  post_start: z.array(z.looseObject({ privileged: z.boolean().optional() })).nullish(),
  pre_stop: z.array(z.looseObject({ privileged: z.boolean().optional() })).nullish(),
})
export type RiskyService = z.infer<typeof serviceShape>

const options = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish()
const resource = z
  .looseObject({ name: z.string().nullish(), external: z.unknown().optional(), driver: z.string().nullish(), driver_opts: options })
  .nullish()
const content = z.looseObject({ file: z.string().nullish() }).nullish()

/** What `docker compose config --format json` prints, as far as risks go. */
export const modelShape = z.looseObject({
  services: z.record(z.string(), serviceShape).nullish(),
  networks: z.record(z.string(), resource).nullish(),
  volumes: z.record(z.string(), resource).nullish(),
  configs: z.record(z.string(), content).nullish(),
  secrets: z.record(z.string(), content).nullish(),
})
export type Resource = z.infer<typeof resource>
export type RiskyModel = z.infer<typeof modelShape>
