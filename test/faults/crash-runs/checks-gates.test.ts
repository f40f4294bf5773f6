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
  })
  const [commit, other] = [one.revision ?? '', two.revision ?? '']
  const said = { issue: 1, by: 'lisa', body: '/approve production', word: 'approve', mayDoIt: true, told: 'once' } as const
  return {
    ...given,
    rules: { after: true, approve: { count: 1, notAuthor: true }, checks: true },
    hosts: new Map([...given.hosts, ['staging', given.host]]),
    history: {
      ...given.history,
      checks: new Map([
        [commit, 'success'],
        [other, 'success'],
      ]),
      commands: [...given.history.commands, { comment: 8, ...said }],
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
    'the author approved',
    ({ database, history }) => {
      Object.assign(database.verdicts[1] ?? {}, { person: 'mona' })
      Object.assign(history.commands[1] ?? {}, { by: 'mona' })
    },
    /7: deploy b.* ran with 0 of 1/,
  ],
  [
    "staging's host never confirmed it",
    ({ hosts }) =>
      void Object.assign(hosts.get('staging') ?? {}, { acts: hosts.get('staging')?.acts.filter(({ generation }) => generation !== 2) }),
    /7: deploy b.* brought sha256:bb, which staging had not verified/,
  ],
  [
    'staging verified it only afterwards',
    (evidence) => void Object.assign(ofProduction(evidence, 'two before'), { finished_at: '1970-01-01T00:01:00Z' }),
    /7: deploy b.* brought sha256:bb/,
  ],
  ['its check was red', ({ history }) => void history.checks.set('b'.repeat(40), 'failure'), /7: deploy b.* its check is failure/],
  [
    'what was rejected ran',
    ({ database }) => void database.verdicts.push({ deployment: 'two', person: 'peter', verdict: 'reject', revision: null, content: '' }),
    /7: peter was told that it was rejected, and deploy b/,
  ],
  [
    'what was cancelled ran',
    ({ database }) => void database.verdicts.push({ deployment: 'two', person: 'peter', verdict: 'cancel', revision: null, content: '' }),
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

/** lisa locks production, which is answered at 100, and takes it back at 200. */
function locked(evidence: Evidence): Evidence {
  const someone = (login: string) => ({ id: 1, login, type: 'User' as const })
  const comment = (id: number, author: string, body: string, at: number) => {
    const [createdAt, updatedAt] = [new Date(at), new Date(at)]
    evidence.github.comments.push({ id, issue: 1, author: someone(author), body, createdAt, updatedAt, reactions: [] })
  }
  comment(20, 'lisa', '/lock production the database moves', 90)
  comment(21, 'landfall[bot]', '<!-- landfall:answer:lock --> 🔒 **production is locked**', 100)
  comment(22, 'lisa', '/unlock production', 200)
  const said = { issue: 1, by: 'lisa', mayDoIt: true, told: 'once' } as const
  evidence.history.commands.push(
    { comment: 20, body: '/lock production the database moves', word: 'lock', ...said },
    { comment: 22, body: '/unlock production', word: 'unlock', ...said },
  )
  const outcome = { kind: 'answered', ids: [], why: '' }
  evidence.database.intents.push({ id: 'lock', kind: 'command', after: null, comment: { id: 20, issue: 1 }, outcome })
  Object.assign(ofProduction(evidence), { created_at: new Date(150).toISOString() })
  return evidence
}

test.each<[why: string, at: number, actor: string, noticed: boolean]>([
  ['planned while it was locked', 160, 'mona', true],
  ['planned once it was unlocked', 210, 'mona', false],
  ['planned while it was locked by whoever brings it', 160, 'lisa', false],
])('%s', (_why, at, actor, noticed) => {
  const evidence = locked(givenGates())
  evidence.planned.set('two', at)
  Object.assign(ofProduction(evidence), { actor })
  expect(told(evidence).join('\n')).toMatch(noticed ? /7: deploy b.* was planned although lisa had locked production/ : /^$/)
})
