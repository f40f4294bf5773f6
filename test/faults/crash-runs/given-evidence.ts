import type { Status } from '../../lab/github/world.ts'
import type { Untouched } from './checks/house.ts'
import type { Evidence, HostEvidence, HostView } from './evidence.ts'
import type { StoredDeployment, StoredReceipt } from './stored.ts'

export const project = 'run-1'
export const untouched: Untouched = { container: 'database', born: 'once', rows: 2 }

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
const digestOf = (sha: string) => `sha256:${sha.slice(0, 2)}`
const someone = (login: string) => ({ id: 1, login, type: 'User' as const })
const at = new Date(0)

/** What there is to see after a run in which a was deployed, then b, and then mona went back to a. */
export function givenEvidence(): HostView {
  const deployments = [
    deployed('one', 'push-a', 1, a),
    deployed('two', 'push-b', 2, b, { generation: 1, revision: a }),
    { ...deployed('three', 'command', 3, a, { generation: 2, revision: b }), kind: 'rollback' as const },
  ]
  const host = givenHost(deployments)
  return {
    rules: undefined,
    fleet: undefined,
    place: 'production',
    told: [],
    host,
    hosts: [host],
    planned: new Map(deployments.map(({ id }, index) => [id, 10 + index * 10])),
    history: {
      heads: [
        { sha: a, at: 10 },
        { sha: b, at: 20 },
      ],
      digests: new Map([a, b].map((sha) => [sha, digestOf(sha)])),
      checks: new Map(),
      secrets: new Map([
        [a, 'old'],
        [b, 'new'],
      ]),
      commands: [{ comment: 7, issue: 1, by: 'mona', body: '/rollback', word: 'rollback', mayDoIt: true, told: 'once' }],
    },
    deliveries: [
      { guid: 'guid-a', event: 'push', statusCode: 200, payload: { after: a } },
      { guid: 'guid-b', event: 'push', statusCode: 200, payload: { after: b } },
      {
        guid: 'guid-c',
        event: 'issue_comment',
        statusCode: 200,
        payload: { action: 'created', comment: { id: 7, body: '/rollback' }, sender: { type: 'User' } },
      },
    ],
    database: {
      intents: [
        { id: 'push-a', kind: 'push', after: a, comment: null, outcome: { kind: 'deployments', ids: ['one'], why: '' } },
        { id: 'push-b', kind: 'push', after: b, comment: null, outcome: { kind: 'deployments', ids: ['two'], why: '' } },
        {
          id: 'command',
          kind: 'command',
          after: null,
          comment: { id: 7, issue: 1 },
          outcome: { kind: 'deployments', ids: ['three'], why: '' },
        },
      ],
      tellings: new Map([
        ['guid-a', 'push-a'],
        ['guid-b', 'push-b'],
      ]),
      deployments,
      verdicts: [],
      receipts: new Map(deployments.map((one) => [one.id, receiptOf(one)])),
      open: [],
    },
    github: {
      bot: 'landfall[bot]',
      statuses: [dot(a, 'pending'), dot(a, 'success'), dot(b, 'success'), dot(b, 'failure'), dot(a, 'success')],
      deployments: deployments.map((one, index) =>
        shown(one, index === 2 ? ['in_progress', 'success'] : ['in_progress', 'success', 'inactive']),
      ),
      checkRuns: deployments.map((one) => checkOf(one, one.id === 'two' ? 'failure' : 'success')),
      comments: [
        {
          id: 7,
          issue: 1,
          author: someone('mona'),
          body: '/rollback',
          createdAt: at,
          updatedAt: at,
          reactions: [{ id: 1, author: someone('landfall[bot]'), content: 'eyes', createdAt: at }],
        },
        {
          id: 9,
          issue: 1,
          author: someone('landfall[bot]'),
          body: '<!-- landfall:answer:three --> production went back to aaaaaaa',
          createdAt: at,
          updatedAt: at,
          reactions: [],
        },
      ],
    },
    chat: ['/deployments/one', '/deployments/two', '/deployments/three'],
  }
}

const givenHost = (deployments: readonly StoredDeployment[]): HostEvidence => ({
  place: 'production',
  name: 'web-1',
  writes: deployments.map(({ generation }, index) => ({
    at: 11 + index * 10,
    release: generation ?? 0,
    verb: 'switch',
    generation: generation ?? 0,
    turn: index + 1,
    beside: [],
  })),
  twins: [],
  once: ['run-1-before-1-1', 'run-1-before-1-2'],
  acts: deployments.flatMap(({ generation }) =>
    ['put accepted', 'switch began', 'switch switched', 'confirm confirmed'].map((act) => {
      const [verb = '', outcome = ''] = act.split(' ')
      return { at: 0, verb, outcome, generation: generation ?? 0, turn: generation ?? 0 }
    }),
  ),
  containers: [
    { id: 'web', name: 'run-1-web-1', service: 'web', reference: `shop@${digestOf(a)}`, status: 'running', startedAt: '' },
    { id: 'database', name: 'run-1-db-1', service: 'db', reference: 'database@sha256:dd', status: 'running', startedAt: '' },
  ],
  settings: { there: 'a', read: 'a', released: 'a' },
  secrets: { file: 'new', containers: ['new'] },
  receipts: new Map(deployments.map((one) => [one.generation ?? 0, receiptOf(one)])),
  leavings: [],
  volumes: ['run-1_data'],
  data: { born: 'once', rows: 2 },
})

function deployed(
  id: string,
  intent: string,
  generation: number,
  revision: string,
  previous?: { generation: number; revision: string },
): StoredDeployment {
  return {
    id,
    intent,
    kind: 'deploy',
    environment: 'production',
    revision,
    actor: 'mona',
    asked: null,
    taken_back: null,
    content: `content of ${id}`,
    state: 'succeeded',
    reason: null,
    generation,
    created_at: '1970-01-01T00:00:00Z',
    started_at: '1970-01-01T00:00:00Z',
    finished_at: `1970-01-01T00:00:0${generation}Z`,
    plan: {
      revision,
      // The way back keeps those that run.
      secrets: { revision: previous?.revision === b ? b : revision },
      images: [{ repository: 'shop', digest: digestOf(revision), revision }],
      services: [{ name: 'web', image: `shop@${digestOf(revision)}`, change: 'recreated', because: ['image'] }],
      waves: [{ hosts: ['web-1'] }],
      hosts: [{ name: 'web-1', ...(previous && { previous }) }],
    },
  }
}

const receiptOf = ({ id, generation, revision }: StoredDeployment): StoredReceipt => {
  const digest = digestOf(revision ?? '')
  const services = [{ service: 'web', planned: digest, running: digest, answered: revision ?? '' }]
  return { deployment: id, generation: generation ?? 0, revision: revision ?? '', hosts: [{ services }] }
}

const dot = (sha: string, state: Status['state']): Status => ({
  id: 1,
  sha,
  context: 'landfall/production',
  state,
  description: '',
  targetUrl: null,
  creator: someone('landfall[bot]'),
  createdAt: at,
})

function shown(
  { id, revision }: StoredDeployment,
  states: ('in_progress' | 'success' | 'inactive')[],
): Evidence['github']['deployments'][number] {
  const creator = someone('landfall[bot]')
  const common = { id: 1, environment: 'production', description: '', creator, createdAt: at }
  const statuses = states.map((state) => ({ ...common, state, environmentUrl: '', logUrl: '' }))
  const sha = revision ?? ''
  return { ...common, sha, ref: sha, task: 'deploy', payload: { landfall: id }, production: true, transient: false, statuses }
}

const checkOf = ({ id, revision }: StoredDeployment, conclusion: 'success' | 'failure'): Evidence['github']['checkRuns'][number] => ({
  id: 1,
  suite: 1,
  app: { id: 1, slug: 'landfall', name: 'Landfall' },
  name: 'Deploy to production',
  sha: revision ?? '',
  status: 'completed',
  conclusion,
  detailsUrl: null,
  externalId: id,
  startedAt: '',
  completedAt: '',
  output: { title: null, summary: null, text: null, annotations: [] },
  actions: [],
})
