import { z } from 'zod'
import { message } from '../message.ts'
import { sopsFormatOf } from '../sops/encrypted-text.ts'

/**
 * A file of the repository, relative to its root; its output has no leading `./`. Nothing may lead out of the
 * repository, and nothing may look like an option to the program it is given to.
 */
export const repositoryPath = z
  .string()
  .refine(staysInside, {
    error: message(
      'this is not a path inside the repository',
      'Write it relative to the root, such as `deploy/production.env`, without `..`',
    ),
  })
  .transform(withoutDot)

/** The same for a file that SOPS encrypted: it tells the form by the end of the name. */
export const secretsPath = repositoryPath.refine((path) => sopsFormatOf(path) !== undefined, {
  error: message('the name does not tell the form of the file', 'Let it end with `.env`, `.yaml`, `.yml` or `.json`, as SOPS expects it'),
})

function staysInside(path: string): boolean {
  const segments = withoutDot(path).split('/')
  const printable = /^[^\p{Cc}\\]{1,500}$/u.test(path)
  return (
    printable && !path.startsWith('-') && !segments[0]?.startsWith('-') && segments.every((segment) => !['', '.', '..'].includes(segment))
  )
}

function withoutDot(path: string): string {
  return path.replace(/^(\.\/)+/, '')
}
