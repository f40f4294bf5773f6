import { z } from 'zod'
import { message } from '../message.ts'
import { branchPattern, tagPattern } from '../project/ref-pattern.ts'

const patterns = <Pattern extends z.ZodType<string>>(pattern: Pattern, name: string) =>
  z
    .array(pattern)
    .min(1, { error: message(`there are no ${name}`, `Name some, or remove the key: without it no ${name} may`) })
    .optional()

/** Where an environment may be deployed from. Branches and tags are told apart: a branch `v1` is nothing that `v*` of tags lets through. */
export const from = z
  .strictObject({
    branches: patterns(branchPattern, 'branches').meta({ description: 'Branches it may be deployed from; `*` is any text without `/`.' }),
    tags: patterns(tagPattern, 'tags').meta({ description: 'Tags it may be deployed from; `*` is any text without `/`.' }),
  })
  .refine(({ branches, tags }) => branches !== undefined || tags !== undefined, {
    error: message('there is nothing it may be deployed from', 'Write `branches`, `tags` or both'),
  })
