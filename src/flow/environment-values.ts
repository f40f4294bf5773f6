import { parseDotenv } from '../config/dotenv.ts'
import { type EnvironmentValues, namedTwice } from '../config/environment-values.ts'
import { isEncrypted } from '../config/sops/read-text.ts'
import type { Plan } from '../domain/plan.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { operatorSecretsOf } from '../policy/operator-secrets.ts'
import { operatorValues, type Unavailable } from './operator-values.ts'
import type { Ports, Snapshot } from './ports.ts'
import { readSecrets } from './secret-file.ts'

/** A file of a repository and what stands in it; undefined where there is no such file. */
export interface Given {
  path: string
  text: string | undefined
}

export interface EnvironmentFiles extends Pick<Plan, 'kind' | 'repository' | 'environment'> {
  /** Its dotenv file; absent where it has none. */
  env?: Given | undefined
  /** Its SOPS file; absent where it has none. */
  secrets?: Given | undefined
}

/** What the files of a repository give to an environment, each with its variables. */
interface FileValues {
  open: ReadonlyMap<string, string>
  hidden: ReadonlyMap<string, string>
}

/**
 * What goes into an environment's `.env`: from files that anybody may have written, and from where the operator's file says. A name in more
 * than one place is refused before anything of the operator's is read; only a way back takes the last of them, for the older release may
 * have had the value elsewhere.
 */
export async function environmentValues(
  files: EnvironmentFiles,
  ports: Pick<Ports, 'identities' | 'operator' | 'secrets'>,
): Promise<Parsed<EnvironmentValues> | Unavailable> {
  const { kind, repository, environment, env, secrets } = files
  const read = await fileValues(files, ports)
  if (read.kind === 'invalid') return read
  const { open, hidden } = read.value
  const given = operatorSecretsOf(ports.operator.current(), fullName(repository), environment)
  // In an order of their own: that of the operator's file means nothing.
  const fromOperator = Object.keys(given?.references ?? {}).toSorted()
  const twice = namedTwice([
    { file: env?.path ?? '', names: [...open.keys()], readable: true },
    { file: secrets?.path ?? '', names: [...hidden.keys()], readable: false },
    { file: 'operator.yml', path: given?.path ?? '', names: fromOperator, readable: false },
  ])
  if (twice.length > 0 && kind !== 'rollback') return { kind: 'invalid', problems: twice }
  const theirs = given ? await operatorValues(given, environment, ports) : undefined
  if (theirs?.kind === 'unavailable') return theirs
  const all = new Map([...open, ...hidden, ...(theirs?.value ?? [])])
  return { kind: 'ok', value: { all, secret: new Set([...hidden.keys(), ...fromOperator]), fromOperator } }
}

/** The part of it that lies in the repository. */
export async function fileValues(files: EnvironmentFiles, { identities }: Pick<Ports, 'identities'>): Promise<Parsed<FileValues>> {
  const { repository, environment, env, secrets } = files
  const open = env && readEnv(env, environment)
  const hidden =
    secrets &&
    (secrets.text === undefined
      ? missing(secrets.path, environment, 'secrets')
      : await readSecrets(secrets.text, secrets.path, await identities.of(fullName(repository), environment)))
  const problems = [open, hidden].flatMap((one) => (one?.kind === 'invalid' ? one.problems : []))
  if (problems.length > 0) return { kind: 'invalid', problems }
  const from = (read: typeof open) => (read?.kind === 'ok' ? read.value : new Map<string, string>())
  return { kind: 'ok', value: { open: from(open), hidden: from(hidden) } }
}

/** Of another commit than the snapshot's it is asked for by itself: a whole repository is much for one file. */
export async function secretsText(
  repository: Repository,
  { path, revision }: NonNullable<Plan['secrets']>,
  snapshot: Snapshot,
  { github }: Pick<Ports, 'github'>,
): Promise<string | undefined> {
  if (revision !== snapshot.revision) return github.file(repository, path, revision)
  const bytes = snapshot.read(path)
  return bytes && new TextDecoder().decode(bytes)
}

function readEnv({ path, text }: Given, environment: string): Parsed<Map<string, string>> {
  if (text === undefined) return missing(path, environment, 'env')
  if (!isEncrypted(text)) return parseDotenv(text, path)
  const remedy = `Name it under \`environments.${environment}.secrets\`, and not under \`env\``
  return invalid({ file: path, what: 'this file is encrypted', remedy })
}

const missing = (file: string, environment: string, key: 'env' | 'secrets'): Parsed<never> => {
  const remedy = `Add it, or correct \`environments.${environment}.${key}\``
  return invalid({ file, what: 'the repository has no such file at this commit', remedy })
}

const invalid = (problem: Problem): Parsed<never> => ({ kind: 'invalid', problems: [problem] })
