import { z } from 'zod'
import type { AdoptedContainer, Adoption } from '../../../domain/adoption.ts'
import { storedDraft } from './plan.ts'
import { name, type Shape } from './shape.ts'

export const storedAdoption: z.ZodType<Adoption> = z.strictObject({
  draft: storedDraft,
  containers: z.array(z.strictObject({ host: name, service: name, id: name } satisfies Shape<AdoptedContainer>)),
} satisfies Shape<Adoption>)
