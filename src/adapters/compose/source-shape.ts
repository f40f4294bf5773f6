import { z } from 'zod'

const optionalPath = z.union([
  z.string().transform((path) => ({ path, required: true, format: undefined })),
  z.object({ path: z.string(), required: z.boolean().default(true), format: z.string().optional() }),
])
export type EnvFileEntry = z.infer<typeof optionalPath>
const one = z.string().transform((path) => [path])
const service = z.looseObject({
  env_file: z.union([optionalPath.transform((file) => [file]), z.array(optionalPath)]).nullish(),
  extends: z.union([z.string(), z.object({ file: z.string().optional() })]).nullish(),
  label_file: z.unknown().optional(),
})
const included = z.union([
  z.string().transform((path) => ({ path: [path], project_directory: undefined, env_file: undefined })),
  z.object({ path: z.union([one, z.array(z.string())]), project_directory: z.string().optional(), env_file: z.unknown().optional() }),
])

/** The keys of a Compose file that name other files. What has another form than Compose knows is refused, not skipped. */
export const composeShape = z.looseObject({
  include: z.array(included).nullish(),
  services: z.record(z.string(), service.nullable()).nullish(),
})
export type Service = z.infer<typeof service>
export type Included = z.infer<typeof included>
