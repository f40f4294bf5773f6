import { describe, expect, test } from 'vitest'
import type { StartFirstRule } from '../../src/domain/rollout.ts'
import { good, parseProject, projectWith, told } from './given.ts'

const environment = (text: string, top = '') => parseProject(projectWith({ environment: text, top }))
const rollout = (text: string, defaults = '') =>
  good(environment(text, defaults && `defaults: { ${defaults} }`)).environments.production?.rollout
const leaves = (web: StartFirstRule) => ({ pause: 0, startFirst: { web } })
const refusal = (text: string) => told(environment(`rollout: ${text}`)).map((line) => line.replace(/^\S+ environments\.production\./, ''))

describe('rollout', () => {
  test.each([
    ['{}', { pause: 0 }],
    ['{ strategy: all-at-once }', { pause: 0 }],
    ['{ strategy: rolling }', { pause: 0, batch: { hosts: 1 } }],
    ['{ strategy: rolling, batch: 2, pause: 10s }', { pause: 10, batch: { hosts: 2 } }],
    ['{ batch: 50%, pause: 1m }', { pause: 60, batch: { percent: 50 } }],
    ['{ canary: 1 }', { pause: 0, canary: { hosts: 1 } }],
    ['{ strategy: all-at-once, canary: 2, pause: 10s }', { pause: 10, canary: { hosts: 2 } }],
    ['{ strategy: rolling, canary: { hosts: 1, soak: 5m } }', { pause: 0, batch: { hosts: 1 }, canary: { hosts: 1, soak: 300 } }],
    ['{ canary: { hosts: 1, then: approve } }', { pause: 0, canary: { hosts: 1, approve: { within: 86_400 } } }],
    ['{ canary: { hosts: 1, then: approve, within: 2h } }', { pause: 0, canary: { hosts: 1, approve: { within: 7_200 } } }],
    ['{ start-first: [web, api] }', { pause: 0, startFirst: { web: { drain: 10 }, api: { drain: 10 } } }],
    ['{ start-first: { web: {} } }', { pause: 0, startFirst: { web: { drain: 10 } } }],
    [
      '{ start-first: { web: { drain: 0s, hook: [bin/drain, "-f x"] } } }',
      leaves({ drain: 0, hook: { run: ['bin/drain', '-f x'], within: 30 } }),
    ],
    ['{ start-first: { web: { hook: [drain], within: 5s } } }', leaves({ drain: 10, hook: { run: ['drain'], within: 5 } })],
    ['{ start-first: [] }', { pause: 0 }],
    ['{ on-failure: keep }', { pause: 0, onFailure: 'keep' }],
    ['{ on-failure: return, unreachable: fail }', { pause: 0 }],
    ['{ batch: 2, unreachable: skip }', { pause: 0, batch: { hosts: 2 }, unreachable: 'skip' }],
  ])('%s', (written, expected) => expect(rollout(`rollout: ${written}`)).toEqual(expected))

  test('what starts first in the defaults holds also where an environment has an order of its own, until that says otherwise', () => {
    const defaults = 'rollout: { batch: 2, start-first: [web] }'
    expect(rollout('keep: 5', defaults)).toEqual({ batch: { hosts: 2 }, ...leaves({ drain: 10 }) })
    expect(rollout('rollout: { canary: 1 }', defaults)).toEqual({ canary: { hosts: 1 }, ...leaves({ drain: 10 }) })
    expect(rollout('rollout: { start-first: { web: { drain: 5s } } }', defaults)).toEqual(leaves({ drain: 5 }))
    expect(rollout('rollout: { start-first: [] }', defaults)).toEqual({ pause: 0 })
  })

  test('without it all hosts go at once', () => expect(rollout('keep: 5')).toEqual({ pause: 0 }))

  test('of the defaults holds until an environment has one of its own, which takes its place whole', () => {
    const defaults = 'rollout: { strategy: rolling, batch: 2, canary: 1 }'
    expect(rollout('keep: 5', defaults)).toEqual({ pause: 0, batch: { hosts: 2 }, canary: { hosts: 1 } })
    expect(rollout('rollout: { canary: 2 }', defaults)).toEqual({ pause: 0, canary: { hosts: 2 } })
  })

  test.each([
    ['rolling', ['rollout: expected keys with their values, found text']],
    ['{ strategy: blue-green }', ['rollout.strategy: this is not a strategy']],
    ['{ batch: 0 }', ['rollout.batch: this is not a number of hosts']],
    ['{ batch: 1.5 }', ['rollout.batch: this is not a number of hosts']],
    ['{ batch: 0% }', ['rollout.batch: this is not a number of hosts']],
    ['{ batch: 101% }', ['rollout.batch: this is not a number of hosts']],
    ['{ batch: half }', ['rollout.batch: this is not a number of hosts']],
    ['{ batch: 1, pause: 10 }', ['rollout.pause: this is not a duration']],
    ['{ batch: 1, pause: 2h }', ['rollout.pause: this must be between 0s and 1h']],
    ['{ canary: 0 }', ['rollout.canary: this must be between 1 and 1000']],
    ['{ canary: one }', ['rollout.canary: this does not say which hosts go first']],
    ['{ canary: 1.5 }', ['rollout.canary: this does not say which hosts go first']],
    ['{ canary: { soak: 5m } }', ['rollout.canary.hosts: "hosts" is missing']],
    ['{ canary: { hosts: 1, soak: 1d } }', ['rollout.canary.soak: this is not a duration']],
    ['{ canary: { hosts: 1, wait: 5m } }', ['rollout.canary.wait: unknown key "wait"']],
    ['{ canary: { hosts: 1, then: ask } }', ['rollout.canary.then: this is not known']],
    ['{ canary: { hosts: 1, within: 2h } }', ['rollout.canary.within: nobody is asked']],
    ['{ canary: { hosts: 1, then: approve, within: 8d } }', ['rollout.canary.within: this is not a duration']],
    ['{ strategy: all-at-once, batch: 2 }', ['rollout.batch: there are no batches where all hosts go at once']],
    ['{ on-failure: leave }', ['rollout.on-failure: this is not known']],
    ['{ unreachable: wait }', ['rollout.unreachable: this is not known']],
    ['{ pause: 10s }', ['rollout.pause: there is nothing to pause between where all hosts go at once']],
    ['{ start-first: web }', ['rollout.start-first: this does not say which services start first']],
    ['{ start-first: [web, api, web] }', ['rollout.start-first[2]: "web" is named twice in this list']],
    ['{ start-first: ["we b"] }', ['rollout.start-first[0]: this is not a Compose service name']],
    ['{ start-first: { web: { drain: 11m } } }', ['rollout.start-first.web.drain: this must be between 0s and 10m']],
    ['{ start-first: { web: { hook: bin/drain } } }', ['rollout.start-first.web.hook: expected a list, found text']],
    ['{ start-first: { web: { hook: [] } } }', ['rollout.start-first.web.hook: this is no word of a command']],
    ['{ start-first: { web: { hook: ["a\\nb"] } } }', ['rollout.start-first.web.hook[0]: this is no word of a command']],
    ['{ start-first: { web: { hook: [7] } } }', ['rollout.start-first.web.hook[0]: this is no word of a command']],
    ['{ start-first: { web: { within: 5s } } }', ['rollout.start-first.web.within: there is no hook']],
    ['{ start-first: { web: { wait: 5s } } }', ['rollout.start-first.web.wait: unknown key "wait"']],
  ])('%s is refused', (written, expected) => expect(refusal(written)).toEqual(expected))

  test('what the defaults contradict is told there', () => {
    expect(told(parseProject(projectWith({ top: 'defaults: { rollout: { strategy: all-at-once, batch: 2 } }' })))).toEqual([
      '3:47 defaults.rollout.batch: there are no batches where all hosts go at once',
    ])
  })
})
