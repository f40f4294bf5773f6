import { expect, test } from 'vitest'
import { reason } from '../../src/domain/reason.ts'
import { unwellComment } from '../../src/report/unwell-comment.ts'
import { titleOf } from '../../src/report/wording.ts'
import { deployment, plan } from '../support/builders.ts'

const links = { github: 'https://github.com', log: 'https://landfall.example.com/deployments/d1' }
const evidence = { environment: 'production', host: 'web-1', service: 'web', detail: '/health answers 500', commit: 'aaaaaaa' }
const finished = { state: 'succeeded' as const, finishedAt: '2026-11-21T10:00:00.000Z', plan: plan({ bake: 900 }) }
const unwell = (more: Record<string, string>) =>
  deployment({ ...finished, soak: { state: 'unwell', reason: reason('bake-failed', { ...evidence, ...more }) } })
const logs = { at: '2026-11-21T10:05:00.000Z', step: 'logs', host: 'web-1', text: 'web c1, exit code 3, last 100 lines:\n@mona ``` out' }

test('a pull request is told what was seen, what was said last, and what happens next', () => {
  expect(unwellComment(unwell({ to: 'bbbbbbb' }), [{ ...logs, step: 'plan', text: 'no word of this' }, logs], links)).toBe(
    `<!-- landfall:unwell:d1 -->
🚨 **aaaaaaa went live on production, which is not well**

Service web on web-1 was well at first and is not any more: /health answers 500.

Landfall takes production back to bbbbbbb by itself. aaaaaaa is not brought again by machines: correct it and push.

<details><summary>What it said last</summary>

\`\`\`\`text
+5 min     logs     web-1: web c1, exit code 3, last 100 lines:
    @mona \`\`\` out
\`\`\`\`

</details>

[log](https://landfall.example.com/deployments/d1)
`,
  )
})

test('or why Landfall does nothing by itself', () =>
  expect(unwellComment(unwell({ stays: 'mona has locked production since' }), [], { github: links.github })).toMatch(
    /Landfall leaves it as it is: mona has locked production since\. Look at it now; `\/rollback production` takes it back\.\n$/,
  ))

test('a public address is named like a service', () =>
  expect(unwellComment(unwell({ url: 'https://shop.example.com', to: 'bbbbbbb' }), [], links)).toContain(
    'shop.example.com was well at first',
  ))

test('of what is well nobody is told', () => expect(unwellComment(deployment(finished), [], links)).toBeUndefined())

test('the title says until when it bakes, by its end and not by the clock of whoever looks', () => {
  expect(titleOf(deployment({ ...finished, soak: { state: 'under-way' } }))).toMatch(/, bakes until 21 Nov 2026, 10:15:00 UTC$/)
  expect(titleOf(deployment({ ...finished, soak: { state: 'well' } }))).not.toContain('bakes')
  const rollback = { ...finished, kind: 'rollback' as const, plan: plan({ kind: 'rollback', soak: 'behind', bake: 900 }) }
  expect(titleOf(deployment({ ...rollback, soak: { state: 'under-way' } }))).not.toContain('bakes')
})
