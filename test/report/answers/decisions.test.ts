import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { approvalAnswer } from '../../../src/report/answers/approval.ts'
import { cancelAnswer } from '../../../src/report/answers/cancel.ts'
import { retryAnswer } from '../../../src/report/answers/retry.ts'
import { anyDeployment, anyText, links } from '../hostile.ts'
import { isHarmless, small, subject } from './given.ts'

const head = '<!-- landfall:answer:i1 -->\n'
const waiting = subject({ state: 'waiting' })
const exactly = 'This holds for exactly this commit and what was shown of it; what changes is asked about anew.'

describe('/approve', () => {
  const rule = { kind: 'approved', ...waiting, person: 'mona', required: 2, missing: 1, from: 'somebody of team ops or bob' } as const

  test('says how many are still needed, and of whom', () =>
    expect(approvalAnswer('i1', { ...rule, found: 'mona' })).toBe(
      `${head}👍 **1 of 2 approvals of aaaaaaa for production**\n\n1 more is needed, of somebody of team ops or bob.\n\n${exactly}\n\n<sub>${small} · approved by mona</sub>\n`,
    ))

  test('says when it is enough', () =>
    expect(approvalAnswer('i1', { ...rule, found: 'mona and bob', missing: 0 })).toBe(
      `${head}👍 **aaaaaaa is approved for production**\n\nIt goes on by itself, unless something else holds it back.\n\n${exactly}\n\n<sub>${small} · approved by mona and bob</sub>\n`,
    ))

  test('counts a person once, and says so', () =>
    expect(
      approvalAnswer('i1', { ...rule, again: true, found: 'mona', from: 'anybody with write access', required: 3, missing: 2 }),
    ).toContain('mona had approved it before; that counts once.\n\n2 more are needed, of anybody with write access.'))

  test.each([
    ['under-way', 'is on its way to production already', 'pulling'],
    ['not-shown', 'would do on production is not known yet', 'waiting'],
  ] as const)('of what is %s', (kind, said, state) => expect(approvalAnswer('i1', { kind, ...subject({ state }) })).toContain(said))

  test('where nothing waits says what to look at', () =>
    expect(approvalAnswer('i1', { kind: 'nothing-waits', environment: 'staging' })).toBe(
      `${head}🤷 **Nothing waits for approval on staging**\n\nNothing was changed. What runs and what waits there is told by /status staging.\n`,
    ))
})

test('/reject repeats the reason', () =>
  expect(approvalAnswer('i1', { kind: 'rejected', ...waiting, person: 'mona', reason: 'It is Friday.' })).toBe(
    `${head}🚫 **aaaaaaa was rejected for production**\n\nmona says: It is Friday.\n\nNothing was changed on any host. A new commit is asked about anew.\n\n<sub>${small}</sub>\n`,
  ))

describe('/cancel', () => {
  test('says that nothing was changed', () =>
    expect(cancelAnswer('i1', { kind: 'cancelled', ...waiting, person: 'mona' })).toBe(
      `${head}⏹️ **aaaaaaa was cancelled for production**\n\nNothing was changed on any host.\n\n<sub>${small} · cancelled by mona</sub>\n`,
    ))

  test('that comes too late offers the way back', () =>
    expect(cancelAnswer('i1', { kind: 'too-late', ...subject({ state: 'rolling' }) })).toContain(
      '⚠️ **aaaaaaa cannot be cancelled on production any more**\n\nSwitching on its hosts.\n\nHosts are being changed by now. To take it back, write /rollback production: it stops, and what ran before comes back.',
    ))

  test('of nothing', () =>
    expect(cancelAnswer('i1', { kind: 'nothing-open', environment: 'staging' })).toContain('There is nothing to cancel on staging'))
})

describe('/retry', () => {
  test.each([
    ['under-way', '⏳ **aaaaaaa is on its way to production**', 'pulling'],
    ['not-failed', '✅ **aaaaaaa went live on production**', 'succeeded'],
  ] as const)('%s', (kind, headline, state) => {
    const answer = retryAnswer('i1', { kind, ...subject({ state }) })
    expect(answer).toContain(headline)
    expect(answer).toContain(small)
  })

  test('of nothing', () =>
    expect(retryAnswer('i1', { kind: 'nothing-to-retry', environment: 'staging' })).toContain('write /deploy staging'))
})

test('whatever people write, an answer rings for nobody and fits into a comment', () =>
  fc.assert(
    fc.property(anyDeployment, anyText, (deployment, text) => {
      const about = { deployment, links }
      return [
        approvalAnswer('i1', { kind: 'approved', ...about, person: text, found: text, required: 3, missing: 2, from: text, again: true }),
        approvalAnswer('i1', { kind: 'rejected', ...about, person: text, reason: text }),
        approvalAnswer('i1', { kind: 'nothing-waits', environment: text }),
        cancelAnswer('i1', { kind: 'cancelled', ...about, person: text }),
        cancelAnswer('i1', { kind: 'too-late', ...about }),
        cancelAnswer('i1', { kind: 'nothing-open', environment: text }),
        retryAnswer('i1', { kind: 'under-way', ...about }),
        retryAnswer('i1', { kind: 'nothing-to-retry', environment: text }),
      ].every(isHarmless)
    }),
  ))
