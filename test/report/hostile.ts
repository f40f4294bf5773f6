import fc from 'fast-check'
import { type Deployment, states } from '../../src/domain/deployment.ts'
import { type ReasonCode, reasonCodes } from '../../src/domain/reason.ts'
import { deployment, plan, service } from '../support/builders.ts'

/** What people put into commit subjects, names and logs when they mean harm or do not think of it. */
export const corpus = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></code></main><script>1</script>',
  '@everyone @acme/ops see #12 and GH-7',
  '<!channel> <!here|x> <https://evil.example|ok>',
  '``` ```` \n```\n# not a heading',
  '[click](javascript:alert(1)) ![x](http://evil.example/x.png)',
  '*bold* _it_ ~no~ `code` | cell | $x^2$',
  '<!-- --> --!> landfall',
  '\u001b[31mred\u001b[0m \u0007\u0000\r\n\u202eesrever',
  '\ud83d\udc1b fix 🪗 in 日本語 \ud800 lone',
  '&lt;b&gt; &amp; &#60;',
  `${'long '.repeat(900)}end`,
  'x'.repeat(5000),
]

/** Any text, the corpus included. */
export const anyText = fc.oneof(
  fc.constantFrom(...corpus),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', '`', '@', '#', '*', '|', '\n', 'a', ' ', '🐛'), maxLength: 400 }),
)

const anyEvidence = (code: ReasonCode) =>
  anyText.map((text) => ({ code, evidence: new Proxy<Record<string, string>>({}, { get: () => text }) }))

const sha = fc.stringMatching(/^[0-9a-f]{40}$/)

/** A deployment in any state whose every foreign word may be hostile. */
export const anyDeployment: fc.Arbitrary<Deployment> = fc
  .record({
    text: anyText,
    subject: anyText,
    state: fc.constantFrom(...states),
    kind: fc.constantFrom('deploy' as const, 'rollback' as const),
    revision: sha,
    before: sha,
    reason: fc.constantFrom(...reasonCodes).chain(anyEvidence),
    planned: fc.boolean(),
  })
  .map(({ text, subject, state, kind, revision, before, reason, planned }) =>
    deployment({
      state,
      kind,
      revision,
      subject,
      reason,
      closed: [reason, reason],
      actor: text,
      environment: text,
      project: text,
      branch: text,
      pullRequest: 7,
      startedAt: '2026-11-21T10:00:00.000Z',
      finishedAt: '2026-11-21T10:00:12.000Z',
      ...(planned && {
        plan: plan({
          kind,
          revision,
          url: 'https://shop.example.com',
          notify: ['slack:deploys'],
          services: [service({ name: text, because: [text] })],
          removed: [text],
          hosts: [{ name: text, platform: 'linux/amd64', previous: { generation: 1, revision: before } }],
          waves: [{ hosts: [text], pause: 0 }],
        }),
      }),
    }),
  )

/** Code spans show what they hold as it is: there anything may stand. */
export const withoutCode = (markdown: string): string => markdown.replace(/(?<![\\`])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')

export const links = { github: 'https://github.com', log: 'https://landfall.example.com/deployments/d1' }
