import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import { type Before, type PromotionFacts, promotion, type VerifiedRelease } from '../../../src/policy/gates/promotion.ts'
import { digest, sha } from '../../support/builders.ts'

/** Commit `a` has content `a`, unless said otherwise. */
const content = (letter: string, tree = letter) => ({ revision: sha(letter), tree: sha(tree) })
/** What staging verified: its image was built from the very commit, unless said otherwise. */
const verified = (letter: string, given: Partial<VerifiedRelease> = {}): VerifiedRelease => ({
  ...content(letter),
  images: { web: { digest: digest(letter), revision: sha(letter) } },
  verifiedAt: '2026-11-21T10:00:00Z',
  quarantined: false,
  ...given,
})
const staging = (given: Partial<Before> = {}): Before => ({
  environment: 'staging',
  exists: true,
  verified: [],
  underway: [],
  failed: [],
  ...given,
})
const ancestor = (letter: string, changed: string[], tree = letter) => ({ ...content(letter, tree), changed })
const facts = (given: Partial<PromotionFacts>): PromotionFacts => ({
  ...content('d'),
  environment: 'production',
  images: ['web'],
  alike: [],
  paths: [{ ignore: ['**/*.md'], only: [] }],
  before: [staging()],
  ...given,
})
/** The letter of the digest and of the commit it was built from, or why not. */
const outcome = (given: Partial<PromotionFacts>): string => {
  const decision = promotion(facts(given))
  if (decision.kind !== 'open') return decision.reason.code
  return Object.entries(decision.images)
    .map(([name, image]) => `${name}=${image.digest.slice(-1)} built from ${image.revision.slice(-1)}`)
    .join(', ')
}
/** Staging verified these. */
const seen = (...releases: VerifiedRelease[]) => ({ before: [staging({ verified: releases })] })

describe('which image is brought on', () => {
  test.each<[why: string, given: Partial<PromotionFacts>, expected: string]>([
    ['one trunk: the commit staging verified', seen(verified('d')), 'web=d built from d'],
    ['one trunk: staging has moved on since', seen(verified('f'), verified('d')), 'web=d built from d'],
    [
      'one trunk: the image had not changed, staging kept its digest',
      seen(verified('d', { images: { web: { digest: digest('b'), revision: sha('b') } } })),
      'web=b built from b',
    ],
    ['develop -> main, fast forward', seen(verified('d'), verified('c')), 'web=d built from d'],
    [
      'develop -> main, merge commit: same content',
      { ...content('d', 'c'), ...seen(verified('c')), alike: [ancestor('c', [])] },
      'web=c built from c',
    ],
    ['develop -> main, squash: same content, no common past', { ...content('d', 'c'), ...seen(verified('c')) }, 'web=c built from c'],
    [
      'develop -> main, rebase: the last commit has the same content',
      { ...content('d', 'c'), ...seen(verified('c'), verified('b')) },
      'web=c built from c',
    ],
    ['a README change since', { ...seen(verified('c')), alike: [ancestor('c', ['README.md'])] }, 'web=c built from c'],
    [
      'a README change since a squash',
      { ...seen(verified('b')), alike: [ancestor('c', ['README.md'], 'b'), ancestor('a', ['README.md', 'src/app.ts'])] },
      'web=b built from b',
    ],
    [
      'the newest of two ancestors',
      { ...seen(verified('b'), verified('c')), alike: [ancestor('c', ['README.md']), ancestor('b', ['README.md', 'a.md'])] },
      'web=c built from c',
    ],
    [
      'the same commit before the same content',
      { ...content('d', 'c'), ...seen(verified('c'), verified('d', content('d', 'c'))) },
      'web=d built from d',
    ],
    ['nothing comes before', { before: [] }, ''],
  ])('%s', (_why, given, expected) => expect(outcome(given)).toBe(expected))
})

describe('what is not', () => {
  test.each<[why: string, given: Partial<PromotionFacts>, expected: string]>([
    ['a hotfix that never saw staging', { ...seen(verified('c')), alike: [ancestor('c', ['src/app.ts'])] }, 'promotion-missing'],
    ['a hotfix with a README change', { ...seen(verified('c')), alike: [ancestor('c', ['README.md', 'src/app.ts'])] }, 'promotion-missing'],
    [
      'a hotfix on main that is merged with develop',
      { ...seen(verified('c')), alike: [ancestor('c', ['src/fix.ts']), ancestor('b', ['src/app.ts'])] },
      'promotion-missing',
    ],
    ['main moved on: the newer commit is not on staging yet', seen(verified('c')), 'promotion-missing'],
    [
      'main moved on: it is on its way to staging',
      { before: [staging({ verified: [verified('c')], underway: [content('d')] })] },
      'promotion-pending',
    ],
    [
      'it is proved on staging, and bakes',
      { before: [staging({ underway: [{ ...content('d'), bakesUntil: '2026-11-21T12:00:00Z' }], verified: [verified('c')] })] },
      'promotion-pending',
    ],
    ['its content is on its way', { ...content('d', 'c'), before: [staging({ underway: [content('c')] })] }, 'promotion-pending'],
    [
      'more files changed than GitHub lists',
      { ...seen(verified('c')), alike: [{ ...content('c'), changed: 'unknown' }] },
      'promotion-missing',
    ],
    ['nothing is ignored', { ...seen(verified('c')), alike: [ancestor('c', ['README.md'])], paths: [] }, 'promotion-missing'],
    [
      'a change that ignores itself',
      {
        ...seen(verified('c')),
        alike: [ancestor('c', ['src/app.ts', '.github/landfall.yml'])],
        paths: [
          { ignore: ['**'], only: [] },
          { ignore: ['**/*.md'], only: [] },
        ],
      },
      'promotion-missing',
    ],
    ['it was rolled back on staging', seen(verified('d', { quarantined: true }), verified('c')), 'promotion-quarantined'],
    [
      'a README change since what was rolled back',
      {
        ...seen(verified('c', { quarantined: true }), verified('b')),
        alike: [ancestor('c', ['README.md']), ancestor('b', ['README.md'])],
      },
      'promotion-quarantined',
    ],
    [
      'it failed on staging, though only its README is new',
      { before: [staging({ failed: [content('d')], verified: [verified('c')] })], alike: [ancestor('c', ['README.md'])] },
      'promotion-quarantined',
    ],
    ['it failed on staging', { before: [staging({ failed: [content('d')] })] }, 'promotion-quarantined'],
    [
      'it failed there, and is tried again',
      { before: [staging({ failed: [content('d')], underway: [content('d')] })] },
      'promotion-pending',
    ],
    ['an image that staging does not have', { ...seen(verified('d')), images: ['web', 'jobs'] }, 'promotion-missing'],
    ['an image called like something every object has', { ...seen(verified('d')), images: ['constructor'] }, 'promotion-missing'],
    ['staging is gone', { before: [staging({ exists: false })] }, 'promotion-environment-gone'],
  ])('%s', (_why, given, expected) => expect(outcome(given)).toBe(expected))

  test('failed once, and verified later', () => {
    expect(outcome({ before: [staging({ failed: [content('d')], verified: [verified('d')] })] })).toBe('web=d built from d')
  })

  test('staging is gone, but had verified it', () => {
    expect(outcome({ before: [staging({ exists: false, verified: [verified('d')] })] })).toBe('web=d built from d')
  })

  test('verified, rolled back, and verified again', () => {
    expect(outcome(seen(verified('d'), verified('d', { quarantined: true })))).toBe('web=d built from d')
  })
})

describe('several environments before', () => {
  const uat = (given: Partial<Before>) => staging({ environment: 'uat', ...given })
  const rebuilt = verified('d', { images: { web: { digest: digest('e'), revision: sha('d') } } })
  test.each<[why: string, before: Before[], expected: string]>([
    ['both verified it', [staging({ verified: [verified('d')] }), uat({ verified: [verified('d')] })], 'web=d built from d'],
    ['one has not', [staging({ verified: [verified('d')] }), uat({})], 'promotion-missing'],
    ['one waits, one refuses', [staging({ underway: [content('d')] }), uat({})], 'promotion-missing'],
    ['one waits', [staging({ underway: [content('d')] }), uat({ verified: [verified('d')] })], 'promotion-pending'],
    ['they verified different images', [staging({ verified: [verified('d')] }), uat({ verified: [rebuilt] })], 'promotion-missing'],
  ])('%s', (_why, before, expected) => expect(outcome({ before })).toBe(expected))
})

test('says the way out', () => {
  const texts = (given: Partial<PromotionFacts>) => {
    const decision = promotion(facts(given))
    return decision.kind === 'open' ? [] : [sentenceOf(decision.reason), remedyOf(decision.reason)]
  }
  expect(texts({})).toEqual([
    'ddddddd was never verified on staging, which comes before production',
    `Bring it there first: \`/deploy staging ${sha('d')}\`, then \`/promote production\`. An emergency: \`/rollback production\``,
  ])
  expect(texts({ ...seen(verified('d')), images: ['web', 'jobs'] })[0]).toBe(
    'ddddddd was never verified on staging, which comes before production (image jobs)',
  )
  expect(texts(seen(verified('d', { quarantined: true })))[0]).toBe(
    'ddddddd failed or was rolled back on staging, which comes before production',
  )
})

test('says what it went by', () => {
  const by = (given: Partial<PromotionFacts>) => {
    const decision = promotion(facts(given))
    return decision.kind === 'open' && `${decision.evidence?.commit}: ${decision.evidence?.by}`
  }
  expect(by(seen(verified('d')))).toBe('ddddddd: the same commit')
  expect(by({ ...content('d', 'c'), ...seen(verified('c')) })).toBe('ccccccc: the same content')
  expect(by({ ...seen(verified('c')), alike: [ancestor('c', ['README.md'])] })).toBe('ccccccc: only ignored files changed since')
})

test('whatever history there is: only digests that staging verified and that stand are brought on', () => {
  const letter = fc.constantFrom('a', 'b', 'c', 'd')
  const release = fc.record({ at: letter, tree: letter, image: letter, quarantined: fc.boolean() })
  const past = fc.array(fc.record({ at: letter, tree: letter, changed: fc.subarray(['README.md', 'src/app.ts']) }), { maxLength: 3 })
  fc.assert(
    fc.property(letter, letter, fc.array(release, { maxLength: 5 }), past, (at, tree, given, ancestors) => {
      const releases = given.map(({ at, tree, image, quarantined }) =>
        verified(at, { ...content(at, tree), images: { web: { digest: digest(image), revision: sha(image) } }, quarantined }),
      )
      const decision = promotion(
        facts({
          ...content(at, tree),
          ...seen(...releases),
          alike: ancestors.map((each) => ancestor(each.at, each.changed, each.tree)),
        }),
      )
      if (decision.kind !== 'open') return
      const harmless = ancestors.filter(({ changed }) => !changed.includes('src/app.ts'))
      const standsFor = (each: VerifiedRelease) =>
        each.revision === sha(at) ||
        each.tree === sha(tree) ||
        harmless.some((past) => each.revision === sha(past.at) || each.tree === sha(past.tree))
      expect(releases.some((each) => !each.quarantined && standsFor(each) && each.images.web?.digest === decision.images.web?.digest)).toBe(
        true,
      )
    }),
  )
})
