import { parseDotenv } from '../config/dotenv.ts'
import { type EnvironmentValues, mergeValues } from '../config/environment-values.ts'
import { isEncrypted } from '../config/sops/read-text.ts'
import type { Plan } from '../domain/plan.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import { fullName, type Repository } from '../domain/repository.ts'
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

/** What goes into an environment's `.env`, from files that anybody may have written. */
export async function environmentValues(
  files: EnvironmentFiles,
  { identities }: Pick<Ports, 'identities'>,
): Promise<Parsed<EnvironmentValues>> {
  const { kind, repository, environment, env, secrets } = files
  const open = env && readEnv(env, environment)
  const hidden =
    secrets &&
    (secrets.text === undefined
      ? missing(secrets.path, environment, 'secrets')
      : await readSecrets(secrets.text, secrets.path, await identities.of(fullName(repository), environment)))
  const problems = [open, hidden].flatMap((one) => (one?.kind === 'invalid' ? one.problems : []))
  if (problems.length > 0) return { kind: 'invalid', problems }
  const from = (given: Given | undefined, read: typeof open) =>
    given && read?.kind === 'ok' ? { file: given.path, values: read.value } : undefined
  return mergeValues(from(env, open), from(secrets, hidden), { back: kind === 'rollback' })
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
