import { z } from 'zod'
import type { FilesRule } from '../../domain/files.ts'
import { duration } from '../duration.ts'
import { message } from '../message.ts'
import { commandWords } from './command-words.ts'
import { serviceName } from './names.ts'
import { repositoryPath } from './repository-path.ts'

const usualWithin = 30

const withoutSlash = (path: string): string => path.replace(/\/+$/, '')

const from = z.string().transform(withoutSlash).pipe(repositoryPath)

/** Its output has no `./` and no `/` at the end, which says that a file goes into that folder. */
const to = z
  .string()
  .transform((written) => ({ path: withoutSlash(written).replace(/^(\.\/)+/, ''), into: written.endsWith('/') }))
  .refine(({ path }) => isPlace(path), {
    error: message(
      'this is not a place inside the project folder of hosts',
      'Write it as the Compose file mounts it, such as `nginx`; letters, digits, `.`, `_` and `-`, without `..`, and not `.env`',
    ),
  })

function isPlace(path: string): boolean {
  const segments = path.split('/')
  return (
    path.length <= 100 && path !== '.env' && segments.every((one) => /^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(one) && !/^\.{1,2}$/.test(one))
  )
}

const entry = z.strictObject({
  from: from.meta({ description: 'Folder or file of the repository, relative to its root.' }),
  to: to.meta({
    description:
      'Where it lies in the project folder of hosts, as the Compose file mounts it. With `/` at the end a file goes into that folder.',
  }),
  service: serviceName.meta({ description: 'The service that mounts it.' }),
  check: commandWords.optional().meta({
    description: 'Run in a container of its own with the new files, before they count, such as `nginx -t`; no shell reads it.',
  }),
  reload: z
    .union([z.literal(false), commandWords], {
      error: ({ input }) =>
        input === true
          ? message(
              'this does not say how',
              'Write a command, such as `nginx -s reload`, or `false` for a service that takes files up by itself',
            )
          : undefined,
    })
    .optional()
    .meta({
      description:
        'Run in its containers once the files lie there, such as `nginx -s reload`; `false`: it takes them up by itself. Default: it gets new containers.',
    }),
  within: duration('1s', '5m').optional().meta({ description: 'How long `check` and `reload` may take each. Default 30s.' }),
})

/** Folders and files of the repository that are put where services mount them. */
export const files = z
  .array(entry)
  .min(1, { error: message('there are no files', 'Name at least one folder, or remove the key') })
  .max(20, { error: message('there are more than 20 of these', 'Bring them together in fewer folders') })

export type FilesShape = z.output<typeof files>

export const filesRules = (written: FilesShape): FilesRule[] =>
  written.map(({ from, to: { path, into }, service, check, reload, within = usualWithin }) => ({
    from,
    to: path,
    ...(into && { into }),
    service,
    ...(check && { check }),
    ...(reload !== undefined && { reload: reload === false ? [] : reload }),
    within,
  }))
