import { suggest } from '../../../domain/suggest.ts'
import type { Finding, Path } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'

/** Whatever is named is defined in the same file. */
export const knownNames: Rule<OperatorShape> = (file, names) => {
  const hosts = names(['hosts'])
  const hostsAndGroups = [...hosts, ...names(['groups']).map((group) => `@${group}`)]
  const [registries, channels] = [names(['registries']), names(['chat'])]
  return [
    ...Object.entries(file.groups).flatMap(([group, members]) => unknown(['groups', group], members, hosts, 'host')),
    ...Object.entries(file.repositories).flatMap(([pattern, rule]) => [
      ...Object.entries(rule.environments).flatMap(([environment, entries]) =>
        unknown(['repositories', pattern, 'environments', environment], entries, hostsAndGroups, 'host or group'),
      ),
      ...unknown(['repositories', pattern, 'registries'], rule.registries, registries, 'registry'),
      ...unknown(['repositories', pattern, 'notify'], rule.notify, channels, 'chat channel'),
    ]),
  ]
}

function unknown(path: Path, items: readonly string[], known: readonly string[], kind: string): Finding[] {
  return items.flatMap((item, index): Finding[] => {
    if (known.includes(item)) return []
    const meant = suggest(item, known)
    const what = `unknown ${kind} "${item}"${meant ? ` (did you mean "${meant}"?)` : ''}`
    return [{ path: [...path, index], what, remedy: `Define it in this file or remove it here` }]
  })
}
