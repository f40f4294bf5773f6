import { z } from 'zod'
import { message } from '../message.ts'
import { isRefName } from './ref-name.ts'

/** Tags an environment follows: a name in which `*` is any text without `/`, as GitHub Actions understands `tags`. */
export const tagPattern = z.string().superRefine((pattern, context) => {
  const own = pattern.startsWith('refs/') ? message('this is a full ref', 'Write the short name, such as `v*`') : undefined
  const wildcard = /[?[]|\*\*/.test(pattern)
    ? message('this pattern has more than `*` in it', 'Use single `*` only, such as `v*`; each stands for any text without `/`')
    : undefined
  const illegal = isRefName(pattern.replaceAll('*', 'x'))
    ? undefined
    : message('this is not a name Git allows for a tag', 'Write the name of a tag with `*` for what changes, such as `v*`')
  const found = own ?? wildcard ?? illegal
  if (found) context.addIssue({ code: 'custom', message: found })
})
