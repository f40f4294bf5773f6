import { expect, test } from 'vitest'
import { checkAnswers } from './checks/answers.ts'
import { checkGates } from './checks/gates.ts'
import { checkHead } from './checks/head.ts'
import { checkHouse } from './checks/house.ts'
import { checkOrder } from './checks/order.ts'
import { checkProof } from './checks/proof.ts'
import { checkReports } from './checks/reports.ts'
import { checkSecrets, checkTold } from './checks/secrets.ts'
import { checkSettings } from './checks/settings.ts'
import { checkWaves } from './checks/waves.ts'
import { checkWishes } from './checks/wishes.ts'
import { checkWriters } from './checks/writers.ts'
import type { Evidence, HostView } from './evidence.ts'
import { givenEvidence, project, untouched } from './given-evidence.ts'

const everything = (evidence: HostView): string[] =>
  [
    ...checkWishes(evidence),
    ...checkAnswers(evidence),
    ...checkGates(evidence),
    ...checkReports(evidence),
    ...checkWriters(evidence),
    ...checkOrder(evidence),
    ...checkHead(evidence),
    ...checkWaves(evidence),
    ...checkProof(evidence),
    ...checkHouse(evidence, project, untouched),
    ...checkSettings(evidence),
    ...checkSecrets(evidence),
    ...checkTold(evidence),
  ].map(({ invariant, what }) => `${invariant}: ${what}`)

test('a run in which all went well violates nothing', () => {
  expect(everything(givenEvidence())).toEqual([])
})

/** What is wrong, how it came to be, and what is said about it. */
const spoilt: [why: string, spoil: (evidence: HostView) => void, said: RegExp][] = [
  [
    'a webhook was acknowledged and is not stored',
    ({ database }) => void database.tellings.delete('guid-b'),
    /1: push guid-b .* is not stored/,
  ],
  [
    'a command is stored twice',
    ({ database }) => void database.intents.push({ ...command(database), id: 'twin' }),
    /1: command 7 is stored 2 times/,
  ],
  ['an intent has no end', ({ database }) => void Object.assign(intent(database, 0), { outcome: null }), /1: push of a.* has no end/],
  [
    'an intent speaks of deployments that are not there',
    ({ database }) => void intent(database, 0).outcome?.ids.push('ghost'),
    /1: .*ghost/,
  ],
  [
    'a deployment has not ended',
    ({ database }) => void Object.assign(last(database.deployments), { state: 'rolling' }),
    /1: deployment three is rolling/,
  ],
  ['a report is still due', ({ database }) => void database.open.push('report status of deployment:one'), /1: still open: report status/],

  [
    "a deployment has two of GitHub's",
    ({ github }) => void github.deployments.push(last(github.deployments)),
    /1: .* has 2 deployments on GitHub/,
  ],
  [
    'success was told twice',
    ({ github }) => void last(github.deployments).statuses.push(last(last(github.deployments).statuses)),
    /1: .*says the same twice/,
  ],
  [
    'a deployment ended in two ways',
    ({ github }) => void last(github.deployments).statuses.unshift({ ...last(last(github.deployments).statuses), state: 'failure' }),
    /1: .*ended twice/,
  ],
  [
    "GitHub's deployment still says that it runs",
    ({ github }) => void last(github.deployments).statuses.pop(),
    /1: GitHub's deployment of .* says in_progress/,
  ],
  [
    'a check run still runs',
    ({ github }) => void Object.assign(last(github.checkRuns), { status: 'in_progress', conclusion: null }),
    /1: the check run of rollback .* says in_progress/,
  ],
  [
    'the check run of what was rolled back is green still',
    ({ github }) => void Object.assign(first(github.checkRuns.slice(1)), { conclusion: 'success' }),
    /1: the check run of deploy bbbbbbb.* says success/,
  ],
  ['there is no check run', ({ github }) => void github.checkRuns.pop(), /1: the check run of rollback .* says nothing/],
  [
    'an older word is shown last on a commit',
    ({ github }) => void github.statuses.push(...github.statuses.splice(0, 1)),
    /1: a.* shows pending/,
  ],
  ['a command has two answers', ({ github }) => void github.comments.push(last(github.comments)), /1: command 7 .* has 2 answers/],
  [
    'an answer says otherwise',
    ({ github }) => void Object.assign(last(github.comments), { body: '<!-- landfall:answer:three --> was refused' }),
    /1: command 7 .* is answered/,
  ],
  ['nobody reacted', ({ github }) => void github.comments[0]?.reactions.pop(), /1: command 7 .* has the reactions ""/],
  ['chat was not told', ({ chat }) => void chat.pop(), /1: no chat message tells of rollback/],

  ['two writers were at work', ({ host }) => void Object.assign(last(host.writes), { beside: [42] }), /2: .* while process 42 was at it/],
  [
    'two containers ran at once',
    ({ host }) => void host.twins.push({ service: 'web', at: 0, names: ['web-1', 'web-2'] }),
    /2: 2 containers of web/,
  ],
  [
    'a step ran twice',
    ({ host }) => void host.once.push('run-1-before-1-2'),
    /2: run-1-before-1-2, which was to run once, was begun again/,
  ],
  [
    'an older generation wrote',
    ({ host }) => void Object.assign(last(host.writes), { generation: 1 }),
    /2: Compose began for switch of generation 1, turn 3 after/,
  ],
  [
    'an earlier turn wrote',
    ({ host }) => void Object.assign(last(host.acts), { turn: 2 }),
    /2: landfall-shell did confirm of generation 3, turn 2/,
  ],
  [
    'a switch ended after another had begun',
    ({ host }) =>
      void host.acts.splice(
        1,
        1,
        { at: 0, verb: 'switch', generation: 1, turn: 1, outcome: 'began' },
        { at: 0, verb: 'switch', generation: 2, turn: 2, outcome: 'began' },
        { at: 0, verb: 'switch', generation: 1, turn: 1, outcome: 'switched' },
      ),
    /2: switch of generation 1, turn 1 ended \(switched\) after switch of generation 2/,
  ],

  [
    'an older commit came over a newer one',
    ({ host, database }) => {
      host.writes.push({ ...first(host.writes), generation: 4, at: 99 })
      database.deployments.push({ ...first(database.deployments), id: 'four', generation: 4 })
    },
    /3: a.* was started \(generation 4\) after b/,
  ],
  [
    'a release was started that nobody planned',
    ({ host }) => void host.writes.push({ ...first(host.writes), generation: 5 }),
    /3: generation 5 was started, and no deployment has it/,
  ],

  [
    'the wrong digest was planned',
    ({ history }) => void history.digests.set(history.heads[1]?.sha ?? '', 'sha256:other'),
    /4: .* planned sha256:bb/,
  ],
  ['success without a receipt', ({ database }) => void database.receipts.delete('two'), /4: .* succeeded without a receipt/],
  [
    'the receipt proves something else',
    ({ database }) => void Object.assign(proof(database), { planned: 'sha256:other' }),
    /4: .* proves sha256:other/,
  ],
  ['another commit answered', ({ database }) => void Object.assign(proof(database), { answered: 'other' }), /4: .* has the answer other/],
  [
    'host and database differ',
    ({ host }) => void host.receipts.set(2, { deployment: 'two', generation: 2, revision: 'x', hosts: [] }),
    /4: host and database keep different receipts/,
  ],
  ['the host never confirmed', ({ host }) => void host.acts.pop(), /4: .* the host never confirmed it/],
  [
    'something else runs',
    ({ host }) => void Object.assign(first(host.containers), { reference: 'shop@sha256:other' }),
    /4: run-1-web-1 runs shop@sha256:other/,
  ],
  ["main's head was never deployed", ({ history }) => void history.heads.push({ sha: 'c', at: 50 }), /4: main stands at c/],

  [
    'the database has another container',
    ({ host }) => void Object.assign(last(host.containers), { id: 'other' }),
    /6: the database service has another container/,
  ],
  ['the database has other data', ({ host }) => void Object.assign(host.data, { born: 'other' }), /6: the database has other data/],
  [
    'the host has settings of another release',
    ({ host }) => void Object.assign(host, { settings: { there: 'b', read: 'b', released: 'a' } }),
    /6: the host has the settings "b", and the release that runs has "a"/,
  ],
  [
    'nobody had the database read them',
    ({ host }) => void Object.assign(host, { settings: { there: 'a', read: 'b', released: 'a' } }),
    /6: the database read the settings "b", and "a" is there/,
  ],
  [
    'the host has the secret of another commit',
    ({ host }) => void Object.assign(host, { secrets: { file: 'old', containers: ['new'] } }),
    /4: the .env of the host has the secret of a+; the release that runs was planned with that of b+/,
  ],
  [
    'a container was told a secret of nobody',
    ({ host }) => void Object.assign(host, { secrets: { file: 'new', containers: ['other'] } }),
    /4: web container 1 has the secret of nobody \(other\)/,
  ],
  ['the log tells a secret', ({ told }) => void told.push('the log'), /6: a secret stands in the log/],
  ['the database lost a row', ({ host }) => void Object.assign(host.data, { rows: 0 }), /6: the database has 0 rows/],
  [
    'a container is left over',
    ({ host }) => void host.containers.push({ ...first(host.containers), name: '0123456789ab_run-1-web-1' }),
    /6: the containers are/,
  ],
  ['a container does not run', ({ host }) => void Object.assign(first(host.containers), { status: 'exited' }), /6: run-1-web-1 is exited/],
  ['a login is left over', ({ host }) => void host.leavings.push('folder .calls/17'), /6: left over on the host/],
]

test.each(spoilt)('it is noticed when %s', (_why, spoil, said) => {
  const evidence = givenEvidence()
  spoil(evidence)
  expect(everything(evidence).join('\n')).toMatch(said)
})

test('where the new stands beside the old, two of them run for a while, and the last has another number', () => {
  const evidence = givenEvidence()
  evidence.host.twins.push({ service: 'web', at: 12, names: ['run-1-web-2', 'run-1-web-1'] })
  Object.assign(first(evidence.host.containers), { name: 'run-1-web-2' })
  expect(everything(evidence).map((told) => told.slice(0, 1))).toEqual(['2', '6'])
  evidence.fleet = { hosts: 1, startFirst: true, keep: false }
  expect(everything(evidence)).toEqual([])
  evidence.host.twins.push({ service: 'web', at: 13, names: ['run-1-web-3', 'run-1-web-2', 'run-1-web-1'] })
  expect(everything(evidence).join('\n')).toMatch(/^2: 3 containers of web ran at once/)
})

test('a commit may come again once main was brought back to it', () => {
  const evidence = givenEvidence()
  const [a] = evidence.history.heads
  evidence.history.heads.push({ sha: a?.sha ?? '', at: 60 })
  evidence.host.writes.push({ ...first(evidence.host.writes), generation: 4, at: 99 })
  evidence.database.deployments.push({ ...first(evidence.database.deployments), id: 'four', generation: 4 })
  expect(checkOrder(evidence)).toEqual([])
})

test('a rollback may take the turn of the newest push, a push may not', () => {
  const evidence = givenEvidence()
  evidence.history.heads.push({ sha: 'c', at: 50 })
  const { plan: _plan, ...two } = first(evidence.database.deployments.slice(1))
  const third = { ...two, id: 'between', revision: 'c', state: 'superseded', generation: null, started_at: null, plan: null }
  const overtakenBy = (by: string) => {
    evidence.database.deployments.splice(2, 1, { ...third, reason: JSON.stringify({ code: 'overtaken', evidence: { by } }) })
    return checkHead(evidence)
      .map(({ what }) => what)
      .join()
  }
  evidence.database.deployments.splice(2, 0, third)
  expect(overtakenBy('the rollback mona asked for')).toBe('')
  expect(overtakenBy('bbbbbbb')).toMatch(/main stands at c/)
})

test('the head may have its deployment by somebody who asked for it before the push was told of', () => {
  const evidence = givenEvidence()
  evidence.history.heads.push({ sha: 'c', at: 50 })
  const asked = {
    ...first(evidence.database.deployments),
    id: 'four',
    revision: 'c',
    asked: 'person' as const,
    state: 'rejected',
    plan: null,
  }
  evidence.database.deployments.push({ ...asked, revision: 'other' })
  expect(checkHead(evidence)).toHaveLength(1)
  evidence.database.deployments.push(asked)
  expect(checkHead(evidence)).toEqual([])
})

test('webhooks that were not acknowledged, and those that ask for nothing, need no intent', () => {
  const evidence = givenEvidence()
  evidence.deliveries = [
    ...evidence.deliveries,
    { guid: 'lost', event: 'push', statusCode: 502, payload: { after: 'lost' } },
    { guid: 'opened', event: 'pull_request', statusCode: 200, payload: { action: 'opened', pull_request: { merged: false } } },
    {
      guid: 'talk',
      event: 'issue_comment',
      statusCode: 200,
      payload: { action: 'created', comment: { id: 8, body: 'nice' }, sender: { type: 'User' } },
    },
  ]
  expect(checkWishes(evidence)).toEqual([])
})

function first<T>(list: readonly T[]): T {
  const [found] = list
  if (found === undefined) throw new Error('nothing there')
  return found
}
const last = <T>(list: readonly T[]): T => first(list.toReversed())
const intent = ({ intents }: Evidence['database'], at: number) => first(intents.slice(at))
const command = ({ intents }: Evidence['database']) => last(intents)
const proof = ({ receipts }: Evidence['database']) =>
  first(first([...receipts.values()].slice(1)).hosts.flatMap(({ services }) => services))
