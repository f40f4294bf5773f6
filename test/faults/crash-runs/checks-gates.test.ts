import { expect, test } from 'vitest'
import { checkGates } from './checks/gates.ts'
import type { Evidence } from './evidence.ts'
import { givenEvidence } from './given-evidence.ts'
import type { StoredDeployment } from './stored.ts'

/** What there is to see where a and b were proved in staging, lisa agreed to both, and mona went back to a in production. */
function givenGates(): Evidence {
  const given = givenEvidence()
  const [one, two] = given.database.deployments.map(
    (each): StoredDeployment => ({ ...each, started_at: `1970-01-01T00:00:0${each.generation}Z` }),
  )
  if (!one || !two) throw new Error('there are two of them')
  const inStaging = (each: StoredDeployment) => ({
    ...each,
    id: `${each.id} before`,
    environment: 'staging' as const,
    finished_at: each.started_at,
  })
  const approved = ({ id, revision, content }: StoredDeployment) => ({
    deployment: id,
    person: 'lisa',
    verdict: 'approve' as const,
    revision,
    content: content ?? '',
    at: '1970-01-01T00:00:00Z',
  })
  const green = { conclusion: 'success', at: 500 } as const
  const [commit, other] = [one.revision ?? '', two.revision ?? '']
  const approval = { issue: 1, by: 'lisa', body: '/approve production', word: 'approve', mayDoIt: true, told: 'once' } as const
  return {
    ...given,
    rules: { after: true, approve: { count: 1, notAuthor: true }, checks: true },
    hosts: [...given.hosts, { ...given.host, place: 'staging', name: 'staging-1' }],
    history: {
      ...given.history,
      checks: new Map([
        [commit, green],
        [other, green],
      ]),
      commands: [...given.history.commands, { comment: 8, ...approval }],
    },
    database: {
      ...given.database,
      deployments: [inStaging(one), one, inStaging(two), two, ...given.database.deployments.slice(2)],
      verdicts: [approved(one), approved(two)],
    },
  }
}

const told = (evidence: Evidence): string[] => checkGates(evidence).map(({ invariant, what }) => `${invariant}: ${what}`)

test('a run in which every gate was passed violates nothing', () => {
  expect(told(givenGates())).toEqual([])
})

const ofProduction = ({ database }: Evidence, id = 'two'): StoredDeployment => {
  const found = database.deployments.find((one) => one.id === id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

const aside = { revision: null, content: '', at: '1970-01-01T00:00:00Z' }

/** What is wrong, how it came to be, and what is said about it. */
const spoilt: [why: string, spoil: (evidence: Evidence) => void, said: RegExp][] = [
  ['nobody approved what ran', ({ database }) => void database.verdicts.pop(), /7: deploy b.* ran with 0 of 1 approvals/],
  [
    'an approval was for another content',
    ({ database }) => void Object.assign(database.verdicts[1] ?? {}, { content: 'something else' }),
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    'an approval was for another commit',
    ({ database }) => void Object.assign(database.verdicts[1] ?? {}, { revision: 'c' }),
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    'somebody approved who said nothing',
    ({ database }) => void Object.assign(database.verdicts[1] ?? {}, { person: 'ghost' }),
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    'an approval came when it ran already',
    ({ database }) => void Object.assign(database.verdicts[1] ?? {}, { at: '1970-01-01T00:01:00Z' }),
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    'the author approved',
    ({ database, history }) => {
      Object.assign(database.verdicts[1] ?? {}, { person: 'mona' })
      Object.assign(history.commands[1] ?? {}, { by: 'mona' })
    },
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    "staging's host never confirmed it",
    ({ hosts }) => {
      const staging = hosts.find(({ place }) => place === 'staging')
      Object.assign(staging ?? {}, { acts: staging?.acts.filter(({ generation }) => generation !== 2) })
    },
    /7: deploy b.* brought sha256:bb, which staging had not verified/,
  ],
  [
    'staging verified it only afterwards',
    (evidence) => void Object.assign(ofProduction(evidence, 'two before'), { finished_at: '1970-01-01T00:01:00Z' }),
    /7: deploy b.* brought sha256:bb/,
  ],
  [
    'its check was red',
    ({ history }) => void history.checks.set('b'.repeat(40), { conclusion: 'failure', at: 0 }),
    /7: deploy b.* its check is failure/,
  ],
  [
    'its check was green only afterwards',
    ({ history }) => void history.checks.set('b'.repeat(40), { conclusion: 'success', at: 60_000 }),
    /7: deploy b.* ran before its check was green/,
  ],
  [
    'what was rejected ran',
    ({ database }) => void database.verdicts.push({ deployment: 'two', person: 'peter', verdict: 'reject', ...aside }),
    /7: peter was told that it was rejected, and deploy b/,
  ],
  [
    'what was cancelled ran',
    ({ database }) => void database.verdicts.push({ deployment: 'two', person: 'peter', verdict: 'cancel', ...aside }),
    /7: peter was told that it was cancelled, and deploy b/,
  ],
  [
    'what was rolled back came again by itself',
    (evidence) => void evidence.database.deployments.push({ ...ofProduction(evidence), id: 'four', started_at: '1970-01-01T00:01:00Z' }),
    /7: deploy b.* \(four, succeeded\) ran although mona had rolled it back/,
  ],
]

test.each(spoilt)('it is noticed when %s', (_why, spoil, said) => {
  const evidence = givenGates()
  spoil(evidence)
  expect(told(evidence).join('\n')).toMatch(said)
})

/** Somebody comments, which becomes a command of this name, and Landfall answers. */
function said(evidence: Evidence, name: string, words: { by: string; body: string; at: number; answer: string; answeredAt: number }): void {
  const { github, history, database } = evidence
  const id = 20 + github.comments.length
  const comment = (author: string, body: string, at: number) => {
    const [createdAt, updatedAt] = [new Date(at), new Date(at)]
    const made = { id: id + (author === github.bot ? 1 : 0), issue: 1, body, createdAt, updatedAt, reactions: [] }
    github.comments.push({ ...made, author: { id: 1, login: author, type: 'User' } })
  }
  comment(words.by, words.body, words.at)
  comment(github.bot, `<!-- landfall:answer:${name} --> ${words.answer}`, words.answeredAt)
  const word = /^.unlock/.test(words.body)
    ? 'unlock'
    : /--all/.test(words.body)
      ? 'lock all'
      : /^.lock/.test(words.body)
        ? 'lock'
        : 'approve'
  history.commands.push({ comment: id, issue: 1, by: words.by, body: words.body, word, mayDoIt: true, told: 'once' })
  const outcome = { kind: 'answered', ids: [], why: '' }
  database.intents.push({ id: name, kind: 'command', after: null, comment: { id, issue: 1 }, outcome })
}

/** lisa locks `place`, which is answered at 100, and `unlocked` is taken back at 200. */
function locked(evidence: Evidence, place: string, unlocked: string): Evidence {
  const lock = { by: 'lisa', body: `/lock ${place} the database moves`, answer: '🔒 **it is locked**' }
  said(evidence, 'lock', { ...lock, at: 90, answeredAt: 100 })
  said(evidence, 'unlock', { by: 'lisa', body: `/unlock ${unlocked}`, answer: '🔓 **it is unlocked**', at: 200, answeredAt: 205 })
  Object.assign(ofProduction(evidence), { created_at: new Date(150).toISOString() })
  return evidence
}

test.each<[why: string, lock: string, unlock: string, at: number, actor: string, noticed: boolean]>([
  ['planned while it was locked', 'production', 'production', 160, 'mona', true],
  ['planned while all was locked', '--all', '--all', 160, 'mona', true],
  ['planned while another one was locked', 'staging', 'staging', 160, 'mona', false],
  ['planned once it was unlocked', 'production', 'production', 210, 'mona', false],
  ['planned when only all had been unlocked', 'production', '--all', 210, 'mona', true],
  ['planned while it was locked by whoever brings it', 'production', 'production', 160, 'lisa', false],
])('%s', (_why, lock, unlock, at, actor, noticed) => {
  const evidence = locked(givenGates(), lock, unlock)
  evidence.planned.set('two', at)
  Object.assign(ofProduction(evidence), { actor })
  expect(told(evidence).join('\n')).toMatch(noticed ? /7: deploy b.* was planned although lisa had locked/ : /^$/)
})

test.each<[why: string, person: string, noticed: boolean]>([
  ['who was told that they approved it is on record', 'lisa', false],
  ['who was told that they approved it is not on record', 'peter', true],
])('%s', (_why, by, noticed) => {
  const evidence = givenGates()
  const answer = '👍 **bbbbbbb is approved for production** [log](https://landfall.example.com/deployments/two)'
  said(evidence, 'approval', { by, body: '/approve production', answer, at: 0, answeredAt: 0 })
  expect(told(evidence).join('\n')).toMatch(noticed ? /7: peter was told so, and nothing is on record of "\/approve production"/ : /^$/)
})
