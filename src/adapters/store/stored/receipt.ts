import { z } from 'zod'
import type { HostProof, Receipt, ServiceProof, UrlProof } from '../../../domain/receipt.ts'
import { storedPassedGate } from './gate.ts'
import { storedContract } from './plan.ts'
import { digest, instant, name, type Shape, sha } from './shape.ts'

const service = z.strictObject({
  service: name,
  planned: digest,
  running: digest,
  answered: z.string().exactOptional(),
  containers: z.array(name),
  untouched: z.boolean(),
} satisfies Shape<ServiceProof>)

const host = z.strictObject({ host: name, services: z.array(service) } satisfies Shape<HostProof>)

export const storedReceipt: z.ZodType<Receipt> = z.strictObject({
  format: z.literal(1),
  deployment: name,
  repository: name,
  project: name,
  environment: name,
  generation: z.int().positive(),
  revision: sha,
  actor: z.string(),
  pullRequest: z.int().positive().exactOptional(),
  plan: digest.exactOptional(),
  passed: z.array(storedPassedGate).exactOptional(),
  askedAt: instant.exactOptional(),
  startedAt: instant.exactOptional(),
  verifiedAt: instant,
  soak: z.literal('behind').exactOptional(),
  contract: storedContract.exactOptional(),
  hosts: z.array(host),
  atUrl: z.strictObject({ url: z.string(), answered: z.string().exactOptional() } satisfies Shape<UrlProof>).exactOptional(),
  away: z.array(name).exactOptional(),
} satisfies Shape<Receipt>)
