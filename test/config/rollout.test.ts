import { describe, expect, test } from 'vitest'
import { good, parseProject, projectWith, told } from './given.ts'

const environment = (text: string, top = '') => parseProject(projectWith({ environment: text, top }))
const rollout = (text: string, defaults = '') =>
  good(environment(text, defaults && `defaults: { ${defaults} }`)).environments.production?.rollout
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
    ['{ on-failure: keep }', { pause: 0, onFailure: 'keep' }],
    ['{ on-failure: return, unreachable: fail }', { pause: 0 }],
    ['{ batch: 2, unreachable: skip }', { pause: 0, batch: { hosts: 2 }, unreachable: 'skip' }],
  ])('%s', (written, expected) => expect(rollout(`rollout: ${written}`)).toEqual(expected))

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
    ['{ start-first: [web] }', ['rollout.start-first: `start-first` is not supported by this version of Landfall']],
  ])('%s is refused', (written, expected) => expect(refusal(written)).toEqual(expected))

  test('what the defaults contradict is told there', () => {
    expect(told(parseProject(projectWith({ top: 'defaults: { rollout: { strategy: all-at-once, batch: 2 } }' })))).toEqual([
      '3:47 defaults.rollout.batch: there are no batches where all hosts go at once',
    ])
  })
})
