import { code, plain } from './markdown.ts'

/** A change of a secret that a pull request proposes. Its value is not for this room to know. */
export interface SecretRequest {
  environment: string
  kind: 'set' | 'remove'
  /** Of the variable. */
  name: string
  /** The SOPS file. */
  path: string
  /** Name of the operating system's user who asked for it. */
  user: string
  /** Where the project's file does not name the SOPS file yet: whether this change lets it. */
  key?: { file: string; added: boolean }
}

/** Title and body of the pull request. */
export function secretRequest({ environment, kind, name, path, user, key }: SecretRequest): { title: string; body: string } {
  const what = kind === 'set' ? `Set ${name} of ${environment}` : `Remove ${name} from ${environment}`
  const line =
    key &&
    (key.added ? `${code(key.file)} names it from now on.` : `${code(key.file)} does not name it yet: ${missingLine(environment, path)}`)
  return {
    title: what,
    body: [
      `Asked for by ${plain(user)} with ${code('landfall secret')}. The value is in ${code(path)}, encrypted for this Landfall; nobody can read it here.`,
      ...(line ? [line] : []),
    ].join('\n\n'),
  }
}

/** What to do where the line could not be put in its place. Markdown. */
export const missingLine = (environment: string, path: string): string =>
  `add ${code(`secrets: ${path}`)} to the environment ${plain(environment)}, or nothing comes of it.`
