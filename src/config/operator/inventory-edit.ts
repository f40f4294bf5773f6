import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import type { HostRule, OperatorFile } from '../../domain/configuration.ts'
import type { Problem } from '../../domain/problem.ts'
import { parseDocument } from '../document.ts'
import { appended, childOf, endOf, indentOf, keyOf, type Splice, spliced, startOf, withoutItem, withoutPair } from '../splices.ts'
import { noBastion } from './machine.ts'
import { parseOperatorFile } from './understand.ts'

/** What became of the operator's file: everything that is not about the host is byte for byte as it was. */
export type InventoryEdit =
  | { kind: 'edited'; text: string }
  | { kind: 'unchanged' }
  /** It is wrong before or after the change; nothing is written. */
  | { kind: 'invalid'; problems: Problem[] }
  /** It is written in a way in which the change is not sure to mean just this. People are told what to write. */
  | { kind: 'unsure' }

type Field = 'address' | 'port' | 'user' | 'host-key' | 'bastion'

/** The file with this host; `text` is undefined where there is none yet. */
export function withHost(text: string | undefined, file: string, host: HostRule): InventoryEdit {
  if (text === undefined || text.trim() === '')
    return { kind: 'edited', text: `version: 1\n\nhosts:\n${block('  ', host.name, '    ', usually(host)).join('\n')}\n` }
  const before = parseOperatorFile(text, file)
  if (before.kind === 'invalid') return before
  if (isDeepStrictEqual(before.value.hosts[host.name], host)) return { kind: 'unchanged' }
  const meant: OperatorFile = { ...before.value, hosts: { ...before.value.hosts, [host.name]: host } }
  // What groups and defaults say already is not said again.
  let fields = fieldsOf(host, ['address', 'host-key'])
  for (;;) {
    const edited = setHost(text, file, host.name, fields)
    const after = edited === undefined ? undefined : parseOperatorFile(edited, file)
    if (edited === undefined || !after) return { kind: 'unsure' }
    if (after.kind === 'invalid') return after
    if (means(after.value, meant)) return { kind: 'edited', text: edited }
    const is = after.value.hosts[host.name]
    const missing = (['port', 'user', 'bastion'] as const).filter((key) => !fields.has(key) && !isDeepStrictEqual(is?.[key], host[key]))
    if (missing.length === 0) return { kind: 'unsure' }
    fields = new Map([...fields, ...fieldsOf(host, missing)])
  }
}

/** The file without this host, also in groups and grants. Whoever would have no host left makes it invalid. */
export function withoutHost(text: string, file: string, name: string): InventoryEdit {
  const before = parseOperatorFile(text, file)
  if (before.kind === 'invalid') return before
  const { hosts, groups, repositories } = before.value
  if (!hosts[name]) return { kind: 'unchanged' }
  const edited = removeHost(text, file, name)
  const after = edited === undefined ? undefined : parseOperatorFile(edited, file)
  if (edited === undefined || !after) return { kind: 'unsure' }
  if (after.kind === 'invalid') return after
  const without = (lists: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(lists).map(([key, names]) => [key, names.filter((one) => one !== name)]))
  const meant: OperatorFile = {
    ...before.value,
    hosts: Object.fromEntries(Object.entries(hosts).filter(([key]) => key !== name)),
    groups: without(groups),
    repositories: repositories.map((rule) => ({ ...rule, environments: without(rule.environments) })),
  }
  return means(after.value, meant) ? { kind: 'edited', text: edited } : { kind: 'unsure' }
}

/** What to write for a host, for those who keep the file elsewhere. */
export const hostLines = (host: HostRule): string[] => ['hosts:', ...block('  ', host.name, '    ', usually(host))]

/** Parsed mappings have no prototype, those made here have. */
const means = (is: OperatorFile, meant: OperatorFile): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(is)), JSON.parse(JSON.stringify(meant)))

const fieldsOf = (host: HostRule, keys: readonly Field[]): Map<Field, string> => {
  const all = {
    address: plain(host.address),
    port: String(host.port),
    user: host.user,
    'host-key': host.hostKey,
    bastion: host.bastion?.name ?? noBastion,
  }
  return new Map(keys.map((key) => [key, all[key]]))
}

/** What is not as usual, where nobody knows of groups and defaults. */
const usually = (host: HostRule): Map<Field, string> =>
  fieldsOf(host, [
    'address',
    ...(host.port === 22 ? [] : ['port' as const]),
    ...(host.user === 'landfall' ? [] : ['user' as const]),
    ...(host.bastion ? ['bastion' as const] : []),
    'host-key',
  ])

const plain = (address: string): string => (/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(address) ? address : JSON.stringify(address))

const block = (nameIndent: string, name: string, indent: string, fields: Map<Field, string>): string[] => [
  `${nameIndent}${name}:`,
  ...[...fields].map(([key, value]) => `${indent}${key}: ${value}`),
]

function setHost(text: string, file: string, name: string, fields: Map<Field, string>): string | undefined {
  const hosts = hostsIn(text, file)
  if (!hosts) return undefined
  const known = childOf(hosts, name)
  if (isMap(known)) return spliced(text, setFields(text, known, fields))
  if (hosts.flow) {
    const at = startOf(hosts)
    const lines = block('  ', name, '    ', fields).map((line) => `\n${line}`)
    return hosts.items.length > 0 ? undefined : `${text.slice(0, at).trimEnd()}${lines.join('')}${text.slice(endOf(hosts))}`
  }
  const [first] = hosts.items
  const nameIndent = indentOf(text, first?.key)
  const inner = isMap(first?.value) && !first.value.flow ? indentOf(text, first.value.items[0]?.key) : `${nameIndent}  `
  return spliced(text, [appended(text, hosts, block(nameIndent, name, inner, fields))])
}

function setFields(text: string, written: YAMLMap, fields: Map<Field, string>): Splice[] {
  const added: string[] = []
  const changed = [...fields].flatMap(([key, value]): Splice[] => {
    const node = childOf(written, key)
    if (isScalar(node)) return [{ start: startOf(node), end: endOf(node), text: value }]
    added.push(`${key}: ${value}`)
    return []
  })
  if (added.length === 0) return changed
  if (!written.flow) {
    const indent = indentOf(text, written.items[0]?.key)
    return [
      ...changed,
      appended(
        text,
        written,
        added.map((line) => `${indent}${line}`),
      ),
    ]
  }
  const at = endOf(written.items.at(-1)?.value)
  return [...changed, { start: at, end: at, text: added.map((line) => `, ${line}`).join('') }]
}

function removeHost(text: string, file: string, name: string): string | undefined {
  const document = parseDocument(text, file)
  const hosts = hostsIn(text, file)
  const pair = hosts?.items.find((one) => keyOf(one) === name)
  if (document.kind === 'invalid' || !hosts || !pair) return undefined
  const root = document.document.contents
  const lists = [
    ...valuesOf(childOf(root, 'groups')).map((group) => (isMap(group) ? childOf(group, 'hosts') : group)),
    ...valuesOf(childOf(root, 'repositories')).flatMap((rule) => valuesOf(childOf(rule, 'environments'))),
  ]
  const inLists = lists.flatMap((list) =>
    isSeq(list) ? list.items.flatMap((item, index) => (isScalar(item) && item.value === name ? [withoutItem(text, list, index)] : [])) : [],
  )
  const last = hosts.items.length === 1
  const own = last ? { start: startOf(hosts), end: endOf(hosts), text: '{}' } : withoutPair(text, hosts, pair)
  return spliced(text, [...inLists, own])
}

function hostsIn(text: string, file: string): YAMLMap | undefined {
  const document = parseDocument(text, file)
  const hosts = document.kind === 'ok' ? childOf(document.document.contents, 'hosts') : undefined
  return isMap(hosts) && !text.startsWith('\uFEFF') ? hosts : undefined
}

const valuesOf = (node: unknown): unknown[] => (isMap(node) ? node.items.map(({ value }) => value) : [])
