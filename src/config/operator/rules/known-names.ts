import { suggest } from '../../../domain/suggest.ts'
import type { Finding, Path } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import { membersOf, membersPath } from '../group.ts'
import { noBastion } from '../machine.ts'
import type { OperatorShape } from '../schema.ts'

/** Whatever is named is defined in the same file. */
export const knownNames: Rule<OperatorShape> = (file, names) => {
  const hosts = names(['hosts'])
  const hostsAndGroups = [...hosts, ...names(['groups']).map((group) => `@${group}`)]
  const [registries, channels] = [names(['registries']), names(['chat'])]
  return [
    ...Object.entries(file.groups).flatMap(([group, written]) =>
      unknown(['groups', group, ...membersPath(written)], membersOf(written), hosts, 'host'),
    ),
    ...unknownBastions(file, names(['bastions'])),
    ...Object.entries(file.repositories).flatMap(([pattern, rule]) => [
      ...Object.entries(rule.environments).flatMap(([environment, entries]) =>
        unknown(['repositories', pattern, 'environments', environment], entries, hostsAndGroups, 'host or group'),
      ),
      ...unknown(['repositories', pattern, 'registries'], rule.registries, registries, 'registry'),
      ...unknown(['repositories', pattern, 'notify'], rule.notify, channels, 'chat channel'),
    ]),
  ]
}

function unknownBastions(file: OperatorShape, known: readonly string[]): Finding[] {
  const places: [Path, { bastion?: string | undefined }][] = [
    [['defaults'], file.defaults],
    ...Object.entries(file.hosts).map(([name, host]): [Path, typeof host] => [['hosts', name], host]),
    ...Object.entries(file.bastions).map(([name, bastion]): [Path, typeof bastion] => [['bastions', name], bastion]),
    ...Object.entries(file.groups).flatMap(([name, group]): [Path, { bastion?: string | undefined }][] =>
      Array.isArray(group) ? [] : [[['groups', name], group]],
    ),
  ]
  return places.flatMap(([path, { bastion }]) => {
    if (bastion === undefined || bastion === noBastion || known.includes(bastion)) return []
    return [unknownName([...path, 'bastion'], bastion, known, 'bastion')]
  })
}

const unknown = (path: Path, items: readonly string[], known: readonly string[], kind: string): Finding[] =>
  items.flatMap((item, index) => (known.includes(item) ? [] : [unknownName([...path, index], item, known, kind)]))

function unknownName(path: Path, name: string, known: readonly string[], kind: string): Finding {
  const meant = suggest(name, known)
  const what = `unknown ${kind} "${name}"${meant ? ` (did you mean "${meant}"?)` : ''}`
  return { path, what, remedy: `Define it in this file or remove it here` }
}
