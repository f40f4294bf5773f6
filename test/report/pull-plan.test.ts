import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Draft } from '../../src/domain/plan.ts'
import type { Outlook, PlannedOutlook, PullPlan } from '../../src/domain/pull-plan.ts'
import { problemsReason, reason } from '../../src/domain/reason.ts'
import { composeDiff } from '../../src/report/compose-diff.ts'
import { pullPlanCheck, pullPlanComment } from '../../src/report/pull-plan.ts'
import { digest, image, plan, repository, service, sha } from '../support/builders.ts'
import { anyText, withoutCode } from './hostile.ts'

const github = 'https://github.com'
const compose = 'services:\n  web:\n    image: shop:${TAG}\n    environment:\n      GREETING: hello\n  db:\n    image: postgres:17\n'

const draft = (change: Partial<Draft> = {}): Draft => {
  const { generation: _, ...rest } = plan({ revision: sha('b'), compose, ...change })
  return rest
}
const planned = (change: Partial<PlannedOutlook> = {}): PlannedOutlook => ({
  kind: 'planned',
  environment: 'production',
  draft: draft({ services: [service(), service({ name: 'db', change: 'untouched', because: [] })] }),
  unbuilt: [],
  before: { revision: sha('c'), compose: compose.replace('hello', 'good day') },
  closed: [],
  ...change,
})
const ignored: Outlook = { kind: 'nothing', environment: 'docs', why: 'only ignored files change' }
const broken: Outlook = {
  kind: 'refused',
  environment: 'staging',
  reason: problemsReason('compose-invalid', [
    { file: 'compose.yml', line: 3, column: 5, what: 'unknown key "imag"', remedy: 'Did you mean image' },
  ]),
}
const pull = (environments: Outlook[], change: Partial<PullPlan> = {}): PullPlan => ({
  repository,
  number: 12,
  head: sha('a'),
  base: 'main',
  merged: sha('b'),
  fork: false,
  at: '2026-11-21T10:00:00.000Z',
  environments,
  ...change,
})
const commit = (digit: string) => `[\`${digit.repeat(7)}\`](https://github.com/acme/shop/commit/${sha(digit)})`

describe('the comment', () => {
  test('says at first sight and then in full what merging would do', () =>
    expect(pullPlanComment(pull([planned(), ignored]), github)).toBe(`<!-- landfall:plan -->
### Merging deploys to production: 1 service recreated on 1 host

- 🚚 **production**: web recreated, db untouched
- 💤 **docs**: nothing; only ignored files change

### production

\`ccccccc\` runs there now.

**What happens to each service**

| service | change | why |
|---|---|---|
| web | recreated | image |
| db | untouched | keeps its containers |

**Expected gap:** web is stopped for a moment on each host, until the new containers are up.

**Compose file of production**

<details><summary>How it changes</summary>

\`\`\`diff
@@ -2,6 +2,6 @@
   web:
     image: shop:\${TAG}
     environment:
-      GREETING: good day
+      GREETING: hello
   db:
     image: postgres:17
\`\`\`

</details>

<sub>for ${commit('a')} · merged as ${commit('b')} · as of 21 Nov 2026, 10:00:00 UTC</sub>
`))

  test('names no digest of an image that is not built yet, whatever stands in its place', () => {
    const text = pullPlanCheck(pull([planned({ unbuilt: [image().repository] })]), github).summary
    expect(text).toContain('- `registry.example.com/shop` · built by the merge')
    expect(text).not.toContain(digest('1'))
  })

  test('names the variables that change, and no value', () =>
    expect(
      pullPlanComment(
        pull([
          planned({
            variables: [
              { name: 'DATABASE_URL', change: 'changed' },
              { name: 'NEW', change: 'added' },
            ],
          }),
        ]),
        github,
      ),
    ).toContain('**Variables of `.env` that change** (never their values)\n\n- `DATABASE_URL` changed\n- `NEW` added\n'))

  test('names the gates that will be closed and who opens them', () => {
    const locked = reason('locked', {
      environment: 'production',
      person: 'lisa',
      since: '10:00',
      reason: '',
      pullRequest: '',
      until: '',
      others: '',
    })
    const text = pullPlanComment(pull([planned({ closed: [locked] })]), github)
    expect(text).toContain('- ⏳ **production**: web recreated, db untouched, once a gate is open\n')
    expect(text).toContain(
      '**Gates before it**\n\n- production is locked by lisa since 10:00. Goes on by itself after `/unlock production`. Rollbacks pass.',
    )
  })

  test('says why merging would be refused', () =>
    expect(pullPlanComment(pull([broken]), github)).toContain(
      '### staging\n\nThe Compose file cannot be deployed. Correct it and push again; nothing was touched.\n\n- compose.yml:3:5: unknown key "imag". Did you mean image.',
    ))

  test.each<[what: string, outlook: Partial<PlannedOutlook>, says: string]>([
    ['that stays the same', { before: { revision: sha('c'), compose } }, 'It stays as it is.'],
    ['that is new', {}, 'All of it is new.'],
  ])('says of a Compose file %s', (_what, change, says) => {
    const { before: _, ...first } = planned()
    expect(pullPlanComment(pull([{ ...first, ...change }]), github)).toContain(`**Compose file of production**\n\n${says}\n`)
  })

  test.each<[what: string, change: Partial<PullPlan>, says: string]>([
    ['could not be merged by GitHub', {}, 'by itself, as GitHub could not try the merge'],
    ['comes from a fork', { fork: true }, 'it comes from a fork, so this is what main brings without it'],
  ])('of one that %s says what it holds for', (_what, change, says) => {
    const { merged: _, ...unmerged } = pull([planned()])
    expect(pullPlanComment({ ...unmerged, ...change }, github)).toContain(`<sub>for ${commit('a')} · ${says} · as of`)
  })

  test('that is too long loses the ends of its diffs and of its longest lists, and still tells of every environment', () => {
    const services = Array.from({ length: 900 }, (_, index) => service({ name: `service-${index}`, because: ['configuration '.repeat(5)] }))
    const huge = (environment: string) =>
      planned({
        environment,
        draft: draft({ services, compose: `a: ${'🐛'.repeat(40)}\n`.repeat(550) }),
        before: { revision: sha('c'), compose: '' },
      })
    const text = pullPlanComment(pull([...['production', 'staging', 'test'].map(huge), broken, planned({ environment: 'small' })]), github)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
    for (const name of ['production', 'staging', 'test']) {
      expect(text).toContain(`### ${name}\n`)
      expect(text).toContain(`**Compose file of ${name}**\n\n<details><summary>How it changes</summary>\n\n\`\`\`diff\n`)
    }
    expect(text).toMatch(/\n\nand \d+ more\n/)
    expect(text).toMatch(/… \d+ more lines\n```/)
    expect(text).toContain('### staging\n\nThe Compose file cannot be deployed.')
    expect(text).toContain('+      GREETING: hello')
    expect(text).toMatch(/<\/sub>\n$/)
  })
})

describe('the check run', () => {
  test.each<[environments: Outlook[], state: string, title: string]>([
    [
      [planned(), planned({ environment: 'staging' }), ignored],
      'success',
      'Merging deploys to production, staging: 2 services recreated on 1 host',
    ],
    [[planned(), broken], 'failure', 'Merging would be refused for staging'],
    [[ignored], 'neutral', 'Merging deploys nothing'],
    [
      [planned({ draft: draft({ services: [service({ change: 'untouched', because: [] })] }) })],
      'success',
      'Merging deploys to production: every service stays as it is',
    ],
    [
      [planned({ draft: draft({ services: [service(), service({ name: 'new', change: 'created' })], removed: ['old'] }) })],
      'success',
      'Merging deploys to production: 1 service recreated, 1 created, 1 removed on 1 host',
    ],
  ])('of %j is %s: %s', (environments, state, title) => expect(pullPlanCheck(pull(environments), github)).toMatchObject({ state, title }))

  test.each<[string, Partial<PullPlan>, string]>([
    ['of a fork', { fork: true }, '; it comes from a fork: this is main without it'],
    ['that GitHub cannot merge', {}, '; GitHub cannot merge it now'],
  ])('%s says so in its title', (_what, change, says) => {
    const { merged: _, ...unmerged } = pull([ignored])
    expect(pullPlanCheck({ ...unmerged, ...change }, github).title).toBe(`Merging deploys nothing${says}`)
  })

  test('stands on the head, with the problems at their lines, and says nothing that the comment says', () => {
    const check = pullPlanCheck(pull([planned(), broken]), github)
    expect(check).toMatchObject({ name: 'Landfall plan', revision: sha('a'), externalId: '#12', buttons: [] })
    expect(check.annotations).toMatchObject([{ path: 'compose.yml', startLine: 3, level: 'failure' }])
    expect(check.summary).toContain('built from aaaaaaa')
    expect(check.summary).toContain('- web-1 · first deployment')
    expect(check.summary).not.toContain('| web | recreated | image |')
    expect(check.text).toBeUndefined()
  })

  test('is the same whenever it was computed', () =>
    expect(pullPlanCheck(pull([planned()], { at: '2026-11-22T10:00:00.000Z' }), github)).toEqual(pullPlanCheck(pull([planned()]), github)))
})

describe('a diff', () => {
  test('has three lines around each change, and several changes apart', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    const diff = composeDiff(lines.join('\n'), lines.with(4, 'other').with(20, 'another').join('\n'), 5000)
    expect(diff?.match(/^@@ .* @@$/gm)).toEqual(['@@ -2,7 +2,7 @@', '@@ -18,7 +18,7 @@'])
  })

  test('of another file altogether is not looked for', () => {
    const other = (word: string) => Array.from({ length: 1000 }, (_, index) => `${word} ${index}`).join('\n')
    expect(composeDiff(other('a'), other('b'), 5000)).toBe('Nearly everything in it differs.')
  })

  test('fits, and nothing in it ends its block', () =>
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 2000, max: 5000 }), (before, after, room) => {
        const diff = composeDiff(before, after, room) ?? '```diff\n```'
        expect(Buffer.byteLength(diff)).toBeLessThanOrEqual(room + 40)
        const [fence = ''] = /^`+/.exec(diff) ?? []
        expect(diff.split('\n').filter((line) => line.startsWith(fence))).toHaveLength(2)
      }),
      { numRuns: 40 },
    ))
})

test('whatever the words, GitHub accepts both, nobody is told by them and no HTML is in them but ours', () =>
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 6 }), fc.array(anyText, { maxLength: 40 }), (names, words) => {
      const [first = ''] = words
      const services = words.map((text) => service({ name: text, because: [text] }))
      const changed = {
        services,
        removed: words,
        compose: words.join('\n'),
        hosts: words.map((name) => ({ name, platform: name })),
        waves: [{ hosts: words, pause: 0 }],
      }
      const environments = names.flatMap((environment): Outlook[] => [
        planned({
          environment,
          draft: draft(changed),
          unbuilt: words,
          closed: [problemsReason('not-allowed', [{ file: first, what: first, remedy: first }])],
        }),
        {
          kind: 'refused',
          environment,
          reason: problemsReason(
            'compose-invalid',
            words.map((text, line) => ({ file: text, line, what: text, remedy: text })),
          ),
        },
        { kind: 'nothing', environment, why: first },
      ])
      const all = pull(environments, { base: first })
      const [comment, check] = [pullPlanComment(all, github), pullPlanCheck(all, github)]
      expect(comment.length).toBeLessThanOrEqual(65_536)
      for (const text of [check.summary, check.text ?? '']) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535)
      expect(check.annotations.length).toBeLessThanOrEqual(50)
      for (const text of [comment, check.summary]) {
        const ours = text
          .replace(/^<!-- landfall:plan -->\n/, '')
          .replaceAll(/^(`{3,})diff\n[\s\S]*?^\1$/gm, '')
          .replaceAll(/<\/?(sub|details)>|<summary>How it changes<\/summary>/g, '')
        const prose = withoutCode(ours)
          .replaceAll(/\]\(https:\/\/[^\s()<>]*\)/g, ']')
          .replaceAll(/^### /gm, '')
        expect(prose).not.toMatch(/[<>]|@(?!&#8203;)|(?<!&)#(?=\d)|:\/\/|^\s*(#|```)/m)
      }
    }),
    { numRuns: 40 },
  ))
