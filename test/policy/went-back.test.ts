import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { type HostNow, type WentBack, wentBack } from '../../src/policy/went-back.ts'
import { deployment, plan, sha } from '../support/builders.ts'

const on = (...names: string[]) => names.map((name) => ({ name, platform: 'linux/amd64' }))

/** A deployment of a generation to two hosts. */
const brought = (generation: number, state: Deployment['state'] = 'succeeded', hosts = on('web-1', 'web-2')) =>
  deployment({ id: `d${generation}`, state, plan: plan({ generation, hosts }) })
const history = [brought(9), brought(8), brought(7)]

const at = '2026-11-21T10:00:00Z'
const step = (from: number, to: number) => ({ from, to, at, by: 'root' })

/** A host that runs a generation, and tells of steps back as `[from, to]`. */
const host = (name: string, generation: number, steps: [number, number][] = [], confirmed = true): HostNow => ({
  host: name,
  current: { generation, revision: sha('a'), confirmed },
  wentBack: steps.map(([from, to]) => step(from, to)),
})
const found = (from: number, to: number, ...hosts: string[]) => ({
  from,
  to,
  hosts,
  told: hosts.map((name) => ({ host: name, at, by: 'root' })),
})
const nothing: WentBack = { kind: 'as-known' }
const back = (...steps: ReturnType<typeof found>[]): WentBack => ({ kind: 'went-back', steps })

test.each<[why: string, deployments: Deployment[], hosts: HostNow[], expected: WentBack]>([
  ['nothing was ever deployed', [], [host('web-1', 8, [[9, 8]])], nothing],
  ['hosts run what was brought', history, [host('web-1', 9), host('web-2', 9)], nothing],
  ['all went one back', history, [host('web-1', 8, [[9, 8]]), host('web-2', 8, [[9, 8]])], back(found(9, 8, 'web-1', 'web-2'))],
  [
    'all went two back: each step counts',
    history,
    ['web-1', 'web-2'].map((name) =>
      host(name, 7, [
        [9, 8],
        [8, 7],
      ]),
    ),
    back(found(9, 8, 'web-1', 'web-2'), found(8, 7, 'web-1', 'web-2')),
  ],
  [
    'a second step, the first of which is known',
    [deployment({ kind: 'rollback', state: 'succeeded', plan: plan({ generation: 8, hosts: on('web-1') }) }), ...history],
    [
      host('web-1', 7, [
        [9, 8],
        [8, 7],
      ]),
    ],
    back(found(8, 7, 'web-1')),
  ],
  [
    'the note of it was lost on the hosts',
    history,
    [host('web-1', 8), host('web-2', 8)],
    back({ from: 9, to: 8, hosts: ['web-1', 'web-2'], told: [] }),
  ],
  [
    'steps that do not hang together are not believed',
    history,
    [
      host('web-1', 7, [
        [9, 8],
        [6, 7],
      ]),
      host('web-2', 7),
    ],
    back({ from: 9, to: 7, hosts: ['web-1', 'web-2'], told: [] }),
  ],
  [
    'one of two went back',
    history,
    [host('web-1', 8, [[9, 8]]), host('web-2', 9)],
    {
      ...{ kind: 'differ', from: 9, to: 8, wentBack: ['web-1'] },
      hosts: 'web-1 runs generation 8 (aaaaaaa), web-2 runs generation 9 (aaaaaaa)',
    },
  ],
  [
    'one went further than the other',
    history,
    [host('web-1', 8, [[9, 8]]), host('web-2', 7)],
    {
      ...{ kind: 'differ', from: 9, to: 7, wentBack: ['web-1', 'web-2'] },
      hosts: 'web-1 runs generation 8 (aaaaaaa), web-2 runs generation 7 (aaaaaaa)',
    },
  ],
  ['a host that joined since runs an older release', [brought(9, 'succeeded', on('web-2'))], [host('web-1', 8), host('web-2', 9)], nothing],
  ['a host lost its release', history, [{ host: 'web-1', wentBack: [] }, host('web-2', 8, [[9, 8]])], nothing],
  ['a host is half-way', history, [host('web-1', 8, [[9, 8]], false), host('web-2', 8)], nothing],
  ['hosts are ahead: the database is an older copy', history, [host('web-1', 12), host('web-2', 12)], nothing],
  ['one that halted left hosts where they were', [brought(10, 'halted'), ...history], [host('web-1', 9), host('web-2', 9)], nothing],
  [
    'after one that halted they were taken back by hand',
    [brought(10, 'halted'), ...history],
    [host('web-1', 9, [[10, 9]]), host('web-2', 9, [[10, 9]])],
    back(found(10, 9, 'web-1', 'web-2')),
  ],
  [
    'hosts that differed agree again',
    [{ ...brought(9, 'halted'), reason: { code: 'hosts-differ', evidence: {} } }, ...history],
    [host('web-1', 8, [[9, 8]]), host('web-2', 8)],
    back({ ...found(9, 8, 'web-1') }),
  ],
  [
    'what failed or waits since says nothing',
    [brought(11, 'rolled-back'), deployment({ state: 'waiting' }), ...history],
    [host('web-1', 8, [[9, 8]]), host('web-2', 8, [[9, 8]])],
    back(found(9, 8, 'web-1', 'web-2')),
  ],
])('%s', (_why, deployments, hosts, expected) => expect(wentBack(deployments, hosts)).toEqual(expected))
