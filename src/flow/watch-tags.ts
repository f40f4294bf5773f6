import { type EnvironmentRule, follows, type SourceRule } from '../domain/configuration.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import type { Ports, Tag } from './ports.ts'
import { tellOfFound } from './tell-of-found.ts'

type TagSource = Extract<SourceRule, { kind: 'tag' }>

/**
 * A tag that an environment follows, and that is new or elsewhere than it was seen last, is a push nobody told of. GitHub tells of none
 * where more than three are pushed together, nor who set a tag. The tags there are when a pattern is looked at first are taken as they are.
 */
export async function watchTags(
  repository: Repository,
  environments: readonly EnvironmentRule[],
  seen: ReadonlyMap<string, string>,
  ports: Ports,
): Promise<void> {
  const name = fullName(repository)
  const sources = environments.flatMap(({ source }) => (source.kind === 'tag' ? [source] : []))
  for (const [ref, { object, annotated }] of await tagsOf(repository, sources, ports)) {
    const before = seen.get(ref)
    if (before === object) continue
    if (sources.some((source) => follows(source, ref) && seen.has(placeOf(source)))) {
      const commit = annotated ? await ports.github.commitOfTag(repository, object) : object
      // An annotated tag is another object than its commit, by which it was seen when a webhook told of it.
      if (commit === undefined) continue
      if (before !== commit) await tellOfFound({ repository, ref, before, after: commit }, ports)
    }
    await ports.store.seen.record(name, ref, object)
  }
  for (const source of sources) if (!seen.has(placeOf(source))) await ports.store.seen.record(name, placeOf(source), 'looked at')
}

/** Where it is remembered that tags of a pattern were looked at before. */
const placeOf = ({ pattern }: TagSource): string => `tags ${pattern}`

/** Tags that any of these follow, by full ref. */
async function tagsOf(repository: Repository, sources: readonly TagSource[], { github }: Ports): Promise<Map<string, Tag>> {
  const prefixes = new Set(sources.map(({ pattern }) => pattern.split('*')[0] ?? ''))
  const found = new Map<string, Tag>()
  for (const prefix of prefixes) {
    for (const tag of await github.tags(repository, prefix)) {
      const ref = `refs/tags/${tag.name}`
      if (sources.some((source) => follows(source, ref))) found.set(ref, tag)
    }
  }
  return found
}
