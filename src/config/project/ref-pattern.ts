import { z } from 'zod'
import { message } from '../message.ts'
import { isRefName } from './ref-name.ts'

/** Names of branches or tags, in which `*` is any text without `/`, as GitHub Actions understands `branches` and `tags`. */
const refPattern = (kind: 'branch' | 'tag', example: string) =>
  z.string().superRefine((pattern, context) => {
    const own = pattern.startsWith('refs/') ? message('this is a full ref', `Write the short name, such as \`${example}\``) : undefined
    const wildcard = /[?[]|\*\*/.test(pattern)
      ? message(
          'this pattern has more than `*` in it',
          `Use single \`*\` only, such as \`${example}\`; each stands for any text without \`/\``,
        )
      : undefined
    const illegal = isRefName(pattern.replaceAll('*', 'x'))
      ? undefined
      : message(
          `this is not a name Git allows for a ${kind}`,
          `Write the name of a ${kind} with \`*\` for what changes, such as \`${example}\``,
        )
    const found = own ?? wildcard ?? illegal
    if (found) context.addIssue({ code: 'custom', message: found })
  })

/** Branches that an environment may be deployed from. */
export const branchPattern = refPattern('branch', 'release/*')

/** Tags an environment follows, or may be deployed from. */
export const tagPattern = refPattern('tag', 'v*')
