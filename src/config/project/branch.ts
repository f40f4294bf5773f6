import { z } from 'zod'
import { message } from '../message.ts'
import { isRefName } from './ref-name.ts'

/** A branch by its short name, by the rules of `git check-ref-format`. */
export const branchName = z.string().superRefine((name, context) => {
  const own = name.startsWith('refs/') ? message('this is a full ref', 'Write the short name, such as `main`') : undefined
  const wildcard = /[*?[]/.test(name)
    ? message('an environment follows one branch, not a pattern', 'Write the name of one branch')
    : undefined
  const illegal = isRefName(name)
    ? undefined
    : message('this is not a name Git allows for a branch', 'Write the name of the branch, such as `main`')
  const found = own ?? wildcard ?? illegal
  if (found) context.addIssue({ code: 'custom', message: found })
})
