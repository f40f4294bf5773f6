import { z } from 'zod'
import { message } from '../message.ts'

/**
 * Files of the repository by a pattern with `*`, `**` and `?`, as GitHub Actions understands `paths`. What has a meaning there or in
 * a shell that it does not have here is refused: a pattern that silently matches nothing leaves an old image running.
 */
export const pathPattern = z.string().superRefine((pattern, context) => {
  const found = wrongWith(pattern)
  if (found) context.addIssue({ code: 'custom', message: found })
})

/** A list of them, bounded because each is compared with every file that changed. */
export const pathPatterns = z
  .array(pathPattern)
  .min(1, { error: message('there are no patterns', 'Write at least one, such as `docs/**`, or remove the key') })
  .max(100, { error: message('there are more than 100 patterns', 'Use wider ones, such as `docs/**`') })

function wrongWith(pattern: string): string | undefined {
  if (pattern.startsWith('!')) return message('`!` is not supported: a pattern takes nothing back', 'Name what is meant, and nothing else')
  if (/[[\]{}+\\]/.test(pattern)) {
    return message(
      'this pattern has more than `*`, `**` and `?` in it',
      'Write one pattern for each choice; for a `[`, `]`, `{`, `}` or `+` in the name of a file write `*`',
    )
  }
  if (/(^|[/*?])\?/.test(pattern)) {
    return message('there is no character before this `?`', 'It makes the character before it optional; for any text write `*`')
  }
  if ((pattern.match(/\*+/g) ?? []).length > 10)
    return message('this pattern has more than 10 wildcards', 'Write a wider one, such as `docs/**`')
  if (pattern.endsWith('/'))
    return message('this pattern ends with `/`', 'Write `**` behind it for all there is in the folder, such as `docs/**`')
  return isInside(pattern)
    ? undefined
    : message('this is not a path inside the repository', 'Write it relative to the root, such as `docs/**`, without `./` and `..`')
}

function isInside(pattern: string): boolean {
  return /^[^\p{Cc}]{1,200}$/u.test(pattern) && pattern.split('/').every((segment) => !['', '.', '..'].includes(segment))
}
