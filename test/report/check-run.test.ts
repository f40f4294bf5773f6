import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment, State, TimelineEntry } from '../../src/domain/deployment.ts'
import type { Verdict } from '../../src/domain/gate.ts'
import { problemsReason, reason } from '../../src/domain/reason.ts'
import { buttonKinds, buttonOf } from '../../src/report/buttons.ts'
import { type CheckFacts, checkReport } from '../../src/report/check-run.ts'
import type { CheckReport } from '../../src/report/published.ts'
import { deployment, digest, image, plan, service, sha } from '../support/builders.ts'
import { anyDeployment, anyText, links, withoutCode } from './hostile.ts'

const missing = reason('approval-missing', {
  environment: 'production',
  required: '2',
  found: '1',
  people: 'lisa',
  void: '',
  from: 'bob or somebody of team ops',
  except: 'mona',
})
const locked = reason('locked', {
  environment: 'production',
  person: 'lisa',
  since: '10:00',
  reason: '',
  pullRequest: '',
  until: '',
  others: '',
})

function report(change: Partial<Deployment>, facts: Partial<CheckFacts> = {}): CheckReport {
  const made = checkReport({ deployment: deployment(change), links, timeline: [], verdicts: [], ...facts })
  if (!made) throw new Error('there is no check run')
  return made
}

describe('the state and its buttons', () => {
  test.each<[State, CheckReport['state'], string[]]>([
    ['queued', 'queued', ['cancel']],
    ['waiting', 'queued', ['cancel']],
    ['planned', 'in_progress', ['cancel']],
    ['pulling', 'in_progress', ['cancel']],
    ['rolling', 'in_progress', ['rollback']],
    ['verifying', 'in_progress', ['rollback']],
    ['rolling-back', 'in_progress', []],
    ['succeeded', 'success', ['rollback']],
    ['failed', 'failure', ['retry']],
    ['rolled-back', 'failure', ['retry']],
    ['rejected', 'failure', ['retry']],
    ['halted', 'failure', ['rollback', 'retry']],
    ['cancelled', 'cancelled', ['retry']],
    ['superseded', 'neutral', []],
  ])('%s is %s with %j', (state, shown, buttons) => {
    const { state: told, buttons: there } = report({ state })
    expect([told, there.map(({ identifier }) => identifier)]).toEqual([shown, buttons])
  })

  test('waiting for people asks them, whatever else is closed, once there is something to show', () => {
    const { generation: _, ...draft } = plan()
    const proposal = { draft, content: 'abcdef0123456789', since: '2026-11-21T10:00:00.000Z' }
    const asking = report({ state: 'waiting', reason: locked, closed: [locked, missing], proposal })
    expect([asking.state, asking.buttons.map(({ identifier }) => identifier)]).toEqual([
      'action_required',
      ['approve:abcdef012345', 'reject:abcdef012345', 'cancel'],
    ])
    const early = report({ state: 'waiting', reason: locked, closed: [locked, missing] })
    expect([early.state, early.buttons.map(({ label }) => label)]).toEqual(['queued', ['Cancel']])
  })

  test('what was verified and did not stay well is red, and says why', () => {
    const because = reason('soak-failed', { service: 'web', host: 'web-1', detail: 'restarted' })
    const { state, summary } = report({ kind: 'rollback', state: 'succeeded', plan: plan(), soak: { state: 'unwell', reason: because } })
    expect(state).toBe('failure')
    expect(summary).toContain('restarted')
    expect(summary).toContain('**How it is proved**')
  })

  test('what was asked before it went on is asked no more', () =>
    expect(report({ state: 'rejected', reason: reason('rejected-by', { person: 'lisa', reason: '' }), closed: [missing] }).state).toBe(
      'failure',
    ))

  test('a press is known by the name of its command', () =>
    expect([...buttonKinds, 'delete', ''].map((identifier) => buttonOf(identifier)?.kind)).toEqual([
      'approve',
      'reject',
      'cancel',
      'rollback',
      'retry',
      undefined,
      undefined,
    ]))
})

test('is named after its environment, stands on the commit and leads to the page', () =>
  expect(report({ id: 'd-7', state: 'queued', subject: 'Add carts' })).toEqual({
    name: 'Deploy to production',
    revision: sha('a'),
    externalId: 'd-7',
    state: 'queued',
    title: 'aaaaaaa is queued for production',
    summary: `<sub>[\`aaaaaaa\`](https://github.com/acme/shop/commit/${sha('a')}) · Add carts · pushed by mona · [log](${links.log})</sub>`,
    detailsUrl: links.log,
    buttons: [{ label: 'Cancel', description: 'Stop it before any host is changed', identifier: 'cancel' }],
    annotations: [],
  }))

test('there is none while a rollback does not know its commit', () => {
  const { revision: _, ...unplanned } = deployment({ kind: 'rollback' })
  expect(checkReport({ deployment: unplanned, links, timeline: [], verdicts: [] })).toBeUndefined()
})

describe('the summary', () => {
  const rolling = plan({
    generation: 7,
    services: [
      service({
        because: ['image', 'configuration'],
        replicas: 2,
        version: sha('a'),
        verify: { health: '/health', version: { path: '/health' }, smoke: ['/'], within: 60, soak: 30 },
        soak: 30,
      }),
      service({ name: 'api' }),
      service({ name: 'migrate', change: 'created', because: ['new'], oneShot: true }),
      service({ name: 'database', change: 'untouched', because: [] }),
    ],
    removed: ['cron'],
    images: [image(), image({ repository: 'postgres', tag: '17', digest: digest('4') })].map(({ revision, ...one }, at) =>
      at === 0 && revision ? { ...one, revision } : one,
    ),
    hosts: [
      { name: 'web-1', platform: 'linux/amd64', previous: { generation: 6, revision: sha('b') } },
      { name: 'web-2', platform: 'linux/amd64' },
    ],
    waves: [
      { hosts: ['web-1'], pause: 0 },
      { hosts: ['web-2'], pause: 0 },
    ],
    env: 'deploy/production.env',
    files: [{ path: 'web.env', source: 'deploy/web.env', fingerprint: 'f' }],
  })

  test('says what happens, with what, where and how it is proved', () =>
    expect(report({ state: 'pulling', plan: rolling, pullRequest: 12 }).summary).toBe(
      `<sub>[\`aaaaaaa\`](https://github.com/acme/shop/commit/${sha('a')}) · merged by mona · [#12](https://github.com/acme/shop/pull/12) · [log](${links.log})</sub>

**What happens to each service**

| service | change | why |
|---|---|---|
| web | recreated | image and configuration, 2 containers |
| api | recreated | image |
| migrate | created | new, runs once |
| database | untouched | keeps its containers |
| cron | removed | its volumes stay |

**Expected gap:** web and api are stopped for a moment on each host, one wave of hosts after the other, until the new containers are up. cron is stopped for good.

**Images**

- \`registry.example.com/shop@${digest('1')}\` · built from aaaaaaa
- \`postgres@${digest('4')}\` · was 17

**Hosts**

- wave 1 · web-1 · runs bbbbbbb now
- wave 2 · web-2 · first deployment

**Files**

- \`.env\` from \`deploy/production.env\`
- \`web.env\` from \`deploy/web.env\`

**How it is proved**

On every host exactly the planned digests run, and

- web is up within 1 min, answers at /health, tells version aaaaaaa at /health, answers at / too, stays so for 30 s without a restart
- api is up within 1 min, stays so for 10 s without a restart
- migrate ends by itself with exit code 0 within 1 min
- database is up within 1 min, stays so for 10 s without a restart`,
    ))

  test.each([
    ['creates', service({ change: 'created' })],
    ['starts new containers beside the old ones', service({ startFirst: { drain: 10 }, beside: { after: [] } })],
  ])('of a change that %s alone says that nothing stops', (_what, one) =>
    expect(report({ state: 'succeeded', plan: plan({ services: [one] }) }).summary).toContain(
      '**Expected gap:** none; nothing that runs is stopped.',
    ),
  )

  test('names everything that is waited for and who opens it, and who agreed to what is shown', () => {
    const { generation: _, ...draft } = rolling
    const said = (person: string, content: string, verdict: Verdict['verdict'] = 'approve'): Verdict => ({
      ...{ deployment: 'd1', person, role: 'write', teams: [], verdict, revision: sha('a'), content, at: '2026-11-21T10:00:00.000Z' },
    })
    const proposed: Partial<Deployment> = {
      state: 'waiting',
      reason: locked,
      closed: [locked, missing],
      proposal: { draft, content: 'now', since: '2026-11-21T10:00:00.000Z' },
    }
    const { summary, title } = report(proposed, { verdicts: [said('bob', 'before'), said('lisa', 'now'), said('mona', 'now', 'cancel')] })
    expect(title).toBe('aaaaaaa is waiting to go to production: production is locked by lisa since 10:00')
    expect(summary).toContain(`**What it waits for**

- production is locked by lisa since 10:00. Goes on by itself after \`/unlock production\`. Rollbacks pass.
- production waits for approval: 2 required, 1 found \\(lisa\\). May approve with \`/approve production\`: bob or somebody of team ops, but not mona.

**Approved by**

- lisa on 21 Nov 2026, 10:00:00 UTC

**What happens to each service**`)
  })

  test('says why it went wrong and what to do', () =>
    expect(report({ state: 'failed', reason: reason('pull-failed', { host: 'web-1', detail: 'no space left' }) }).summary).toContain(
      'Host web-1 could not pull the images: no space left. Nothing was stopped anywhere. Check registry',
    ))

  test('lists what is wrong with the files, and marks their lines', () => {
    const wrong = problemsReason('compose-invalid', [
      { file: 'compose.yml', line: 3, column: 5, path: 'services.web', what: 'unknown key "imag"', remedy: 'Did you mean image?' },
      { file: 'compose.yml', what: 'it is too large', remedy: 'Make it smaller' },
    ])
    const { summary, annotations } = report({ state: 'rejected', reason: wrong })
    expect(summary).toContain(
      'The Compose file cannot be deployed. Correct it and push again; nothing was touched.\n\n- compose.yml:3:5: services.web: unknown key "imag"',
    )
    expect(annotations).toEqual([
      {
        path: 'compose.yml',
        startLine: 3,
        endLine: 3,
        level: 'failure',
        title: 'services.web',
        message: 'unknown key "imag". Did you mean image?.',
      },
    ])
  })
})

describe('the log', () => {
  const entry = (text: string, seconds = 1, host?: string): TimelineEntry => ({
    ...{ at: new Date(Date.parse('2026-11-21T10:00:00.000Z') + seconds * 1000).toISOString(), step: 'pull', text },
    ...(host !== undefined && { host }),
  })

  test('has the time since it was asked for, the host, and below what else was said', () =>
    expect(report({}, { timeline: [entry('images are there', 2.5, 'web-1'), entry('web ended\nError: no such table', 75)] }).text).toBe(
      '```text\n+2.5 s     pull     web-1: images are there\n+1 min 15 s pull     web ended\n    Error: no such table\n```',
    ))

  test('keeps the newest lines', () => {
    const { text = '' } = report({}, { timeline: Array.from({ length: 5000 }, (_, index) => entry(`line ${index} ${'🐛'.repeat(20)}`)) })
    expect(text).toContain('line 4999')
    expect(text).not.toContain('line 0 ')
    expect(text).toMatch(/^```text\n… \d+ earlier lines are left out\n/)
  })
})

describe('whatever the words', () => {
  const anyFacts = fc.record({ any: anyDeployment, lines: fc.array(anyText, { maxLength: 20 }), times: fc.constantFrom(1, 50) })
  const made = ({ any, lines, times }: { any: Deployment; lines: string[]; times: number }): CheckReport => {
    const timeline = Array.from({ length: times }, () => lines).flatMap((texts) =>
      texts.map((text) => ({ at: any.createdAt, step: text, host: text, text })),
    )
    const problems = lines.map((text, line) => ({ file: text, line: line + 1, path: text, what: text, remedy: text }))
    const facts = { ...any, ...(any.state === 'rejected' && { reason: problemsReason('compose-invalid', problems) }) }
    const check = checkReport({ deployment: facts, links, timeline, verdicts: [] })
    if (!check) throw new Error('there is no check run')
    return check
  }

  test('GitHub accepts the check run', () =>
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { title, summary, text = '', buttons, annotations } = made(facts)
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535)
        expect(Array.from(title).length).toBeLessThanOrEqual(200)
        expect(title).not.toBe('')
        expect(annotations.length).toBeLessThanOrEqual(50)
        expect(buttons.length).toBeLessThanOrEqual(3)
        for (const { label, description, identifier } of buttons) {
          expect([label.length <= 20, description.length <= 40, identifier.length <= 20]).toEqual([true, true, true])
        }
      }),
      { numRuns: 40 },
    ))

  test('the summary rings for nobody and holds no HTML but its own, and the log stays a log', () =>
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { summary, text = '```\n```' } = made(facts)
        const prose = withoutCode(summary.replaceAll(/<\/?sub>|\[#7(?=\])/g, '')).replaceAll(/\]\(https:\/\/[^\s()<>]*\)/g, ']')
        expect(prose).not.toMatch(/[<>]|@(?!&#8203;)|(?<!&)#(?=\d)|:\/\/|^\s*(#|```)/m)
        const [fence = ''] = /^`+/.exec(text) ?? []
        expect(text.split('\n').filter((line) => line.startsWith(fence))).toHaveLength(2)
      }),
      { numRuns: 40 },
    ))
})
