import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { withHost, withoutHost } from '../../src/config/operator/inventory-edit.ts'
import type { HostRule } from '../../src/domain/configuration.ts'
import { good, hostKey, parseOperator } from './given.ts'

const other = hostKey.replace('HpNB6', 'HpNB7')
const web = (more: Partial<HostRule> = {}): HostRule => ({
  name: 'web-9',
  address: '192.0.2.9',
  port: 22,
  user: 'landfall',
  hostKey,
  ...more,
})
const example = readFileSync('docs/examples/operator.yml', 'utf8')
const added = (text: string | undefined, host: HostRule) => {
  const edit = withHost(text, 'operator.yml', host)
  if (edit.kind !== 'edited') throw new Error(JSON.stringify(edit))
  return edit.text
}
const removed = (text: string, name: string) => withoutHost(text, 'operator.yml', name)

/** Lines of the one that are not in the other, in order. */
const linesOnlyIn = (text: string, without: string) => {
  const rest = without.split('\n')
  return text.split('\n').filter((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}

describe('a host that is added', () => {
  test('makes the file where there is none', () =>
    expect(added(undefined, web({ port: 2222 }))).toBe(
      `version: 1\n\nhosts:\n  web-9:\n    address: 192.0.2.9\n    port: 2222\n    host-key: ${hostKey}\n`,
    ))

  test('stands behind the others, and every other byte stays', () => {
    const text = added(example, web())
    expect(linesOnlyIn(text, example)).toEqual(['  web-9:', '    address: 192.0.2.9', `    host-key: ${hostKey}`])
    expect(linesOnlyIn(example, text)).toEqual([])
    expect(text.indexOf('web-9:')).toBeLessThan(text.indexOf('\ngroups:'))
    expect(good(parseOperator(text)).hosts['web-9']).toEqual(web())
  })

  test.each<[why: string, text: string, host: HostRule, expected: string]>([
    [
      'an empty inventory',
      'hosts: {} # none yet\n',
      web(),
      `hosts:\n  web-9:\n    address: 192.0.2.9\n    host-key: ${hostKey} # none yet\n`,
    ],
    [
      'what defaults say already is not said again',
      'hosts: {}\ndefaults: { user: deploy }\n',
      web({ user: 'deploy' }),
      `hosts:\n  web-9:\n    address: 192.0.2.9\n    host-key: ${hostKey}\ndefaults: { user: deploy }\n`,
    ],
    [
      'what they say otherwise is',
      'hosts: {}\ndefaults: { user: deploy, port: 2222 }\n',
      web(),
      `hosts:\n  web-9:\n    address: 192.0.2.9\n    host-key: ${hostKey}\n    port: 22\n    user: landfall\ndefaults: { user: deploy, port: 2222 }\n`,
    ],
    [
      'the indentation and style of the others, and comments behind them',
      `hosts:\n    a: { address: a, host-key: ${hostKey} } # first\n\n# groups follow\ngroups: { all: [a] }\n`,
      web({ address: '2001:db8::9' }),
      `hosts:\n    a: { address: a, host-key: ${hostKey} } # first\n    web-9:\n      address: "2001:db8::9"\n      host-key: ${hostKey}\n\n# groups follow\ngroups: { all: [a] }\n`,
    ],
    [
      'a key that changed, in its place',
      `hosts:\n  web-9:\n    address: 192.0.2.9 # left rack\n    host-key: ${other} # old\n`,
      web(),
      `hosts:\n  web-9:\n    address: 192.0.2.9 # left rack\n    host-key: ${hostKey} # old\n`,
    ],
    [
      'a key that joins, also on one line',
      `hosts: { web-9: { address: 192.0.2.9, host-key: ${hostKey} } }\n`,
      web({ user: 'deploy' }),
      `hosts: { web-9: { address: 192.0.2.9, host-key: ${hostKey}, user: deploy } }\n`,
    ],
    [
      'no line break at the end',
      `hosts:\n  a:\n    address: a\n    host-key: ${hostKey}`,
      web(),
      `hosts:\n  a:\n    address: a\n    host-key: ${hostKey}\n  web-9:\n    address: 192.0.2.9\n    host-key: ${hostKey}`,
    ],
  ])('%s', (_why, text, host, expected) => expect(added(text, host)).toBe(expected))

  test('as it is there already changes nothing', () =>
    expect(withHost(added(example, web()), 'operator.yml', web())).toEqual({ kind: 'unchanged' }))

  test('behind a bastion names it', () => {
    const { bastions } = good(parseOperator(example))
    const gate = bastions.gate
    if (!gate) throw new Error('the example has no bastion')
    expect(added(example, web({ bastion: gate }))).toContain('\n    bastion: gate\n')
  })

  test('under an address that another has is refused in the words of the file', () =>
    expect(withHost(example, 'operator.yml', web({ address: '192.0.2.11' }))).toMatchObject({
      kind: 'invalid',
      problems: [{ what: 'this is the same machine as "web-1"' }],
    }))

  test('to a file that is wrong, or written in a way that nobody would change, is left to people', () => {
    expect(withHost('hosts: [a]\n', 'operator.yml', web())).toMatchObject({ kind: 'invalid' })
    expect(withHost(`hosts: { a: { address: a, host-key: ${hostKey} } }\n`, 'operator.yml', web())).toEqual({ kind: 'unsure' })
  })
})

describe('a host that is removed', () => {
  test('goes from hosts, groups and grants, and every other byte stays', () => {
    const edit = removed(example, 'web-2')
    const text = edit.kind === 'edited' ? edit.text : ''
    expect(linesOnlyIn(example, text)).toEqual([
      '  web-2:',
      '    address: 192.0.2.12',
      expect.stringContaining('    host-key: '),
      '  web: [web-1, web-2]',
    ])
    expect(linesOnlyIn(text, example)).toEqual(['  web: [web-1]'])
  })

  test.each<[why: string, text: string, name: string, expected: string]>([
    [
      'the first of a list',
      `hosts:\n  a: { address: a, host-key: ${hostKey} }\n  b: { address: b, host-key: ${hostKey} }\ngroups: { all: [a, b] }\n`,
      'a',
      `hosts:\n  b: { address: b, host-key: ${hostKey} }\ngroups: { all: [b] }\n`,
    ],
    [
      'of a list in lines',
      `hosts:\n  a: { address: a, host-key: ${hostKey} }\n  b: { address: b, host-key: ${hostKey} }\ngroups:\n  all:\n    - a # one\n    - b\n`,
      'b',
      `hosts:\n  a: { address: a, host-key: ${hostKey} }\ngroups:\n  all:\n    - a # one\n`,
    ],
    ['the only one', `hosts:\n  a:\n    address: a\n    host-key: ${hostKey}\n# end\n`, 'a', 'hosts:\n  {}\n# end\n'],
    [
      'of a mapping on one line',
      `hosts: { a: { address: a, host-key: ${hostKey} }, b: { address: b, host-key: ${hostKey} } }\n`,
      'b',
      `hosts: { a: { address: a, host-key: ${hostKey} } }\n`,
    ],
  ])('%s', (_why, text, name, expected) => expect(removed(text, name)).toEqual({ kind: 'edited', text: expected }))

  test('whom nothing would be left for is told, and nothing is changed', () => {
    const edit = removed(example, 'staging-1')
    expect(edit.kind === 'invalid' && edit.problems.map(({ path, what }) => `${path}: ${what}`)).toEqual([
      'repositories["acme/shop"].environments["*"]: there are no hosts',
      'repositories["acme/*"].environments["*"]: there are no hosts',
    ])
  })

  test('that is not there changes nothing', () => expect(removed(example, 'web-9')).toEqual({ kind: 'unchanged' }))
})
