import { readText } from '../config/sops/read-text.ts'
import { problemText } from '../domain/problem.ts'
import { fullName } from '../domain/repository.ts'
import type { SecretAge } from '../domain/secret-age.ts'
import type { Ports } from './ports.ts'
import { type Refusal, refused, type SecretsOf, secretPlace, secretsPathOf } from './secret-place.ts'

export interface SecretsListed {
  kind: 'listed'
  path: string
  names: string[]
  /** When its file was changed last, as that says. */
  changedAt: string
  /** Since when values run that were deployed; absent where that is not known. */
  ages?: Pick<SecretAge, 'name' | 'since'>[]
}

/** What is asked of the database here, where it can be opened. */
export type AgesKnown = Pick<Ports['store']['secretAges'], 'of'>

/** Names of the secrets of an environment, and since when what runs has their values. Nothing is decrypted. */
export async function listSecrets(
  wanted: SecretsOf,
  ports: Pick<Ports, 'github'>,
  known: AgesKnown | undefined,
): Promise<SecretsListed | Refusal> {
  const place = await secretPlace(wanted, ports)
  if (place.kind === 'refused') return place
  const path = secretsPathOf(place.rule)
  const text = await ports.github.file(place.repository, path, place.head)
  if (text === undefined) return refused(`${path}: the branch ${place.base} has no such file`, 'Make it with `landfall secret set`')
  const read = readText(text, path)
  if (read.kind === 'invalid') return refused(read.problems.map(problemText).join('\n'), 'Restore the file')
  const { leaves, metadataAt, text: whole } = read.value
  const { start, end } = metadataAt.get('lastmodified') ?? { start: 0, end: 0 }
  const ages = (await known?.of(fullName(place.repository), wanted.environment))?.keys
  return {
    kind: 'listed',
    path,
    names: leaves.map((leaf) => leaf.path.join('.')),
    changedAt: whole.slice(start, end).replaceAll('"', ''),
    ...(ages && { ages: ages.map(({ name, since }) => ({ name, since })) }),
  }
}
