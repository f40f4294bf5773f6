import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type State, states } from '../../../src/domain/deployment.ts'
import { reason, reasonCodes } from '../../../src/domain/reason.ts'
import type { Receipt } from '../../../src/domain/receipt.ts'
import { type DeploymentView, deploymentPage } from '../../../src/web/pages/deployment-page.ts'
import { anyText, links } from '../../report/hostile.ts'
import { deployment, digest, plan, service, sha } from '../../support/builders.ts'
import { harmless, skeleton, wordsOf } from './reading.ts'

const receipt = (change: Partial<Receipt> = {}): Receipt => ({
  format: 1,
  deployment: 'd1',
  repository: 'acme/shop',
  project: 'shop',
  environment: 'production',
  generation: 7,
  revision: sha('a'),
  actor: 'mona',
  verifiedAt: '2026-11-21T10:00:12.000Z',
  hosts: [
    {
      host: 'web-1',
      services: [
        { service: 'web', planned: digest('1'), running: digest('3'), answered: sha('a'), containers: ['c1'], untouched: false },
        { service: 'database', planned: digest('4'), running: digest('4'), containers: ['c2'], untouched: true },
      ],
    },
  ],
  ...change,
})

const view = (change: Partial<DeploymentView> = {}): DeploymentView => ({
  deployment: deployment(),
  timeline: [],
  links,
  nonce: 'bm9uY2U=',
  ...change,
})

describe('at first sight', () => {
  test('a success says what went live, how it was proved and on whose wish', () => {
    const words = wordsOf(
      deploymentPage(
        view({
          deployment: deployment({
            state: 'succeeded',
            subject: 'Add carts',
            plan: plan({ url: 'https://shop.example.com' }),
            startedAt: '2026-11-21T10:00:00Z',
            finishedAt: '2026-11-21T10:00:12Z',
          }),
          receipt: receipt(),
        }),
      ),
    )
    for (const said of [
      'Proved aaaaaaa went live on production Add carts aaaaaaa verified on web-1 in 12 s.',
      'Brought by mona',
      'database untouched web-1 444444444444 ✓ 444444444444 tells none',
      '111111111111 ✓ 333333333333 the same image by its name on this host ✓ aaaaaaaaaaaa',
    ])
      expect(words).toContain(said)
  })

  test('a success says who let it through, and leads to the signed receipt', () => {
    const passed = [{ gate: 'approval', evidence: { found: '1', required: '1', people: 'lisa' } }]
    const made = deploymentPage(view({ deployment: deployment({ state: 'succeeded' }), receipt: receipt({ passed }) }))
    expect(wordsOf(made)).toContain('approval: 1 of 1 agreed (lisa)')
    for (const file of ['receipt', 'receipt.sig']) expect(made).toContain(`href="/deployments/d1/${file}"`)
  })

  test('a refusal lists every problem and what to do', () => {
    const words = wordsOf(
      deploymentPage(
        view({
          deployment: deployment({
            state: 'rejected',
            reason: reason('configuration-invalid', { problems: 'a.yml:1:2: one.\na.yml:3:4: two.' }),
          }),
        }),
      ),
    )
    expect(words).toContain(
      'The configuration cannot be used. a.yml:1:2: one. a.yml:3:4: two. Correct it and push again; nothing was touched.',
    )
  })

  test('what is run before, and that there is no way back, stand in the plan', () => {
    const step = { service: 'web', host: 'web-2', run: ['bin/migrate', '<all>'], within: 600, needs: [] }
    const marked = plan({ before: [step], contract: { because: ['db/contract/7.sql changed'] } })
    const words = wordsOf(deploymentPage(view({ deployment: deployment({ plan: marked }) })))
    expect(words).toContain('This release cannot be gone back over : db/contract/7.sql changed')
    expect(words).toContain('bin/migrate &lt;all&gt; web web-2 once, for 10 min at most')
  })

  test('a rollback names who rolled back', () =>
    expect(wordsOf(deploymentPage(view({ deployment: deployment({ kind: 'rollback' }) })))).toContain('Rolled back by mona'))
})

describe('the record', () => {
  const timeline = [
    { at: '2026-11-21T10:00:03.440Z', step: 'pull', host: 'web-1', text: 'images are there' },
    {
      at: '2026-11-21T10:01:05.000Z',
      step: 'logs',
      host: 'web-1',
      text: 'web c1, exit code 1:\n\u001b[31mError\u001b[0m: <no table>\n  at x.js',
    },
  ]
  const made = deploymentPage(view({ deployment: deployment({ state: 'rolled-back', plan: plan() }), timeline }))

  test('shows when, where and what', () =>
    expect(wordsOf(made)).toContain('+3.4 s pull web-1 images are there +1 min 5 s logs web-1 web c1, exit code 1:'))
  test("keeps a log's lines as they were, without colours", () =>
    expect(made).toContain('<pre tabindex="0">Error: &lt;no table&gt;\n  at x.js</pre>'))
  test('of what went wrong comes before the plan', () => expect(made.indexOf('id="timeline"')).toBeLessThan(made.indexOf('id="plan"')))
})

test.each<[State, progress: string]>([
  ['waiting', 'Plan under way Pull not begun Switch not begun Verify not begun'],
  ['rolling', 'Plan done Pull done Switch under way Verify not begun'],
  ['succeeded', 'Plan done Pull done Switch done Verify done'],
  ['failed', 'Plan done Pull ended here Switch not begun Verify not begun'],
])('%s shows its way so far', (state, progress) =>
  expect(wordsOf(deploymentPage(view({ deployment: deployment({ state, plan: plan() }) })))).toContain(progress),
)

test.each(
  states.map((state): [State, boolean] => [
    state,
    !['succeeded', 'failed', 'rolled-back', 'halted', 'superseded', 'cancelled', 'rejected'].includes(state),
  ]),
)('a page of a %s deployment follows it: %s', (state, live) => {
  const made = deploymentPage(view({ deployment: deployment({ state }) }))
  expect([
    made.includes('<main class="wide" data-live>'),
    made.includes('<script nonce="bm9uY2U=">'),
    made.includes('http-equiv="refresh"'),
  ]).toEqual([live, live, live])
})

describe('whatever people, commits, hosts and logs say', () => {
  const everywhere = (state: State, text: string): DeploymentView =>
    view({
      deployment: deployment({
        id: text,
        state,
        subject: text,
        actor: text,
        branch: text,
        environment: text,
        project: text,
        repository: { owner: text, name: text, installation: 1 },
        reason: reason(reasonCodes[text.length % reasonCodes.length] ?? 'internal', new Proxy({}, { get: () => text })),
        plan: plan({
          services: [service({ name: text, image: text, because: [text] })],
          removed: [text],
          hosts: [{ name: text, platform: text, previous: { generation: 1, revision: text } }],
          waves: [{ hosts: [text], pause: 0 }],
          url: `https://example.com/${encodeURIComponent(text.toWellFormed())}`,
        }),
      }),
      timeline: [{ at: text, step: text, host: text, text }],
      receipt: receipt({
        verifiedAt: text,
        hosts: [
          { host: text, services: [{ service: text, planned: text, running: text, answered: text, containers: [text], untouched: true }] },
        ],
      }),
    })

  test('the page has the tags it has for harmless words, and no other', () =>
    fc.assert(
      fc.property(anyText, fc.constantFrom(...states), (text, state) => {
        const twin = harmless(text).padEnd(text.length, 'x')
        // The reason is chosen by the length, so that both pages explain the same one.
        fc.pre(twin.length === text.length)
        expect(skeleton(deploymentPage(everywhere(state, text)))).toEqual(skeleton(deploymentPage(everywhere(state, twin))))
      }),
    ))

  test('no link leads to anything but the web', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const { deployment: any } = everywhere('succeeded', text)
        const made = deploymentPage(view({ deployment: { ...any, plan: plan({ url: text }) } }))
        return Array.from(made.matchAll(/ href="([^"]*)"/g), ([, url = '']) => url).every((url) =>
          /^(https?:\/\/|data:image\/svg)/.test(url),
        )
      }),
    ))
})

test('the plan tells which files that services mount change, and who takes them up', () => {
  const files = [{ path: 'nginx/<a>', source: 'deploy/<a>', sha256: '', change: 'changed' as const }]
  const synced = [{ from: 'deploy', to: 'nginx', service: 'web', files, mounts: [], reload: ['nginx', '-s', 'reload'], within: 30 }]
  const reloaded = service({ change: 'untouched', because: [], reloaded: true })
  const page = deploymentPage(view({ deployment: deployment({ plan: plan({ services: [reloaded], synced, gone: ['nginx/b'] }) }) }))
  const said = wordsOf(page)
  expect(said).toContain('web reloaded keeps its containers, which take the changed files up')
  expect(said).toContain('nginx/&lt;a&gt; changed deploy/&lt;a&gt; nginx/b removed not there any more')
  expect(said).toContain('nginx for web: taken up by nginx -s reload')
})
