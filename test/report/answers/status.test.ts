import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../../src/domain/deployment.ts'
import { reason } from '../../../src/domain/reason.ts'
import { type EnvironmentStatus, type Running, statusAnswer } from '../../../src/report/answers/status.ts'
import { deployment, digest, repository, sha } from '../../support/builders.ts'
import { anyDeployment, anyText, links } from '../hostile.ts'
import { isHarmless, lock } from './given.ts'

const running: Running = {
  revision: sha('a'),
  subject: 'Add carts',
  kind: 'deploy',
  images: [{ name: 'shop', digest: digest('1') }],
  since: '2026-11-21T10:00:12Z',
  by: 'mona',
}
const production: EnvironmentStatus = { environment: 'production', running, quarantined: [], locks: [], deployments: [] }

const status = (...environments: EnvironmentStatus[]) => statusAnswer('i1', repository, environments, () => links, 'https://github.com')
const commit = (digit: string) => `[\`${digit.repeat(7)}\`](https://github.com/acme/shop/commit/${sha(digit)})`

describe('/status', () => {
  test('says what runs, since when, by whom and as which digest', () =>
    expect(status({ ...production, url: 'https://shop.example.com' })).toBe(
      `<!-- landfall:answer:i1 -->\n📍 **What runs where**\n\n**production** · [open](https://shop.example.com)\n- ✅ ${commit('a')} · Add carts · proved · since 21 Nov 2026, 10:00:12 UTC · by mona · shop \`sha256:111111111111\`\n`,
    ))

  test('says that it was gone back to', () =>
    expect(status({ ...production, running: { ...running, kind: 'rollback' } })).toContain('rolled back to by mona'))

  test('says what is locked', () =>
    expect(status({ ...production, locks: [lock()] })).toContain(
      '- 🔒 locked by mona since 21 Nov 2026, 10:00:00 UTC, until somebody unlocks it: database moves\n',
    ))

  test.each([
    [0, undefined],
    [1, '- 📥 1 commit behind main\n'],
    [7, '- 📥 7 commits behind main\n'],
  ])('says how far it is behind its branch: %i', (commits, said) => {
    const told = status({ ...production, behind: { branch: 'main', commits } })
    if (said === undefined) expect(told).not.toContain('behind')
    else expect(told).toContain(said)
  })

  test('says what waits, and for what, and who or what mends it', () => {
    const why = reason('image-missing', { image: 'shop:b', deadline: '11:00' })
    const waits = deployment({ revision: sha('b'), state: 'waiting', reason: why, actor: 'bob' })
    expect(status({ ...production, deployments: [waits] })).toContain(
      `- ⏳ bbbbbbb is waiting to go to production: No image shop:b in the registry yet. Waiting until 11:00 for the build to push it. If the build failed, fix it and push again. · ${commit('b')} · pushed by bob · 21 Nov 2026, 10:00:00 UTC · [log](${links.log})\n`,
    )
  })

  test('says what went wrong since, and what to do', () => {
    const why = reason('return-failed', { host: 'web-1', detail: 'no answer' })
    const halted = deployment({ revision: sha('b'), state: 'halted', reason: why, finishedAt: '2026-11-21T11:00:00Z' })
    expect(status({ ...production, deployments: [halted] })).toContain(
      '🚨 production is halted: somebody must look at it: The way back failed on web-1: no answer. Look at the host now: `landfall-shell status` there shows what runs. · ',
    )
  })

  test('of an environment nothing ever ran in', () =>
    expect(status({ environment: 'staging', quarantined: [], locks: [], deployments: [] })).toContain(
      '**staging**\n- ⚪ nothing was proved to run yet\n',
    ))

  test('of several environments, one below the other', () =>
    expect(status({ ...production, environment: 'staging' }, production)).toMatch(/\*\*staging\*\*\n- .*\n\n\*\*production\*\*\n- /))

  test('of none', () => expect(status()).toContain('There is no environment yet.'))

  test('of very many shows those there is room for, and says how many more', () => {
    const crowd = Array.from({ length: 900 }, (_, index) => ({ ...production, environment: `review-${index}` }))
    const answer = status(...crowd)
    expect(answer.length).toBeLessThan(65_536)
    expect(answer).toMatch(/and \d+ more environments\n$/)
  })

  test('shows five of a kind, and how many more', () =>
    expect(status({ ...production, locks: Array(7).fill(lock()) })).toContain('database moves\n- and 2 more\n'))
})

test('whatever people write, the status rings for nobody and fits into a comment, nothing of it left out', () =>
  fc.assert(
    fc.property(anyDeployment, anyText, (any: Deployment, text) => {
      const hostile: EnvironmentStatus = {
        environment: text,
        url: text,
        running: { ...running, subject: text, by: text, images: Array(9).fill({ name: text, digest: digest('1') }), since: text },
        locks: Array(9).fill(lock({ environment: text, person: text, reason: text })),
        deployments: Array(9).fill(any),
        behind: { branch: text, commits: 3 },
        quarantined: [reason('quarantined', { commit: text, because: text, environment: text, at: text, revision: text })],
      }
      const answer = status(hostile)
      return isHarmless(answer) && answer.includes('more images')
    }),
  ))
