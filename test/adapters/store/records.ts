import type { Deployment } from '../../../src/domain/deployment.ts'
import type { CommandIntent, PushIntent } from '../../../src/domain/intent.ts'
import type { Draft, Plan } from '../../../src/domain/plan.ts'
import type { Receipt } from '../../../src/domain/receipt.ts'
import type { Lease, Store } from '../../../src/flow/ports.ts'
import * as build from '../../support/builders.ts'
import { digest, repository, sha } from '../../support/builders.ts'

export const shop = repository
export const commit = sha
export const at = '2026-11-21T10:00:00.000Z'

let made = 0
const fresh = (what: string): string => `${what}-${++made}`

/** A push of main from commit 0 to commit a, unless told otherwise; its key as intake makes it. */
export function push(changes: Partial<PushIntent> & { withoutBefore?: true } = {}): PushIntent {
  const { withoutBefore, ...fields } = changes
  const intent: PushIntent = {
    id: fresh('intent'),
    key: '',
    kind: 'push',
    repository: shop,
    actor: 'mona',
    delivery: fresh('delivery'),
    receivedAt: at,
    ref: 'refs/heads/main',
    before: commit('0'),
    after: commit('a'),
    ...fields,
  }
  if (withoutBefore) delete intent.before
  const { owner, name } = intent.repository
  return { ...intent, key: fields.key ?? ['push', owner, name, intent.ref, intent.before ?? '', intent.after].join(' ') }
}

export function rollback(changes: Partial<CommandIntent> = {}): CommandIntent {
  return {
    id: fresh('intent'),
    key: fresh('comment'),
    kind: 'command',
    command: { kind: 'rollback' },
    repository: shop,
    actor: 'hubot',
    delivery: fresh('delivery'),
    receivedAt: at,
    comment: { id: 41, issue: 12 },
    ...changes,
  }
}

export const deployment = (changes: Partial<Deployment> = {}): Deployment => build.deployment({ id: fresh('deployment'), ...changes })

/** A plan with every field a plan may have. */
export const plan = (changes: Partial<Plan> = {}): Plan =>
  build.plan({
    services: [
      build.service({
        verify: {
          port: 3000,
          health: '/health',
          version: { path: '/health', pointer: '/version' },
          dependencies: { path: '/health', pointer: '/components' },
          smoke: ['/api'],
          command: ['bin/healthy'],
          within: 60,
          soak: 30,
        },
        dockerHealth: true,
        version: commit('a'),
        startFirst: { drain: 10, hook: { run: ['bin/drain'], within: 30 } },
        beside: { after: [{ service: 'db', is: 'healthy' }] },
      }),
      build.service({ name: 'db', change: 'untouched', because: [] }),
    ],
    removed: ['old'],
    waves: [{ hosts: ['web-1'], pause: 10, approve: { within: 60 } }],
    hosts: [
      { name: 'web-1', platform: 'linux/amd64', previous: { generation: 2, revision: commit('b') } },
      { name: 'web-2', platform: 'linux/amd64', creates: ['db'], override: 'services: {}\n' },
    ],
    interpolation: { TAG: commit('a') },
    env: 'deploy/production.env',
    secretKeys: { keys: [{ name: 'TOKEN', fingerprint: 't1' }], within: 7_776_000 },
    files: [{ path: 'web.env', source: 'web.env', fingerprint: 'w1' }],
    logins: ['ghcr.io'],
    notify: ['slack:deploys'],
    url: 'https://shop.example.com',
    bake: 900,
    atUrl: { url: 'https://shop.example.com', health: '/up', version: { path: '/health', pointer: '/version' }, smoke: ['/'], within: 60 },
    gates: {
      checks: { kind: 'named', names: ['test'] },
      after: 'staging',
      approve: { by: ['team:ops', 'mona'], count: 2, notAuthor: true },
      windows: [
        { kind: 'deny', from: { day: 5, minute: 960 }, to: { day: 1, minute: 360 }, zone: 'Europe/Berlin', text: 'Fri 16:00 - Mon 06:00' },
      ],
    },
    ...changes,
  })

/** The same before it has its number. */
export const draft = (): Draft => {
  const { generation: _, ...rest } = plan()
  return rest
}

export const receipt = (of: Deployment, changes: Partial<Receipt> = {}): Receipt => ({
  format: 1,
  deployment: of.id,
  repository: 'acme/shop',
  project: of.project,
  environment: of.environment,
  generation: 3,
  revision: commit('a'),
  actor: of.actor,
  verifiedAt: at,
  hosts: [
    {
      host: 'web-1',
      services: [
        { service: 'web', planned: digest('1'), running: digest('3'), answered: commit('a'), containers: ['c1'], untouched: false },
      ],
    },
  ],
  ...changes,
})

/** Stores an intent that asked for these deployments; returns them as stored. */
export async function asked(store: Store, ...wanted: Partial<Deployment>[]): Promise<Deployment[]> {
  const intent = rollback()
  await store.intents.accept(intent)
  const created = wanted.map((changes) => deployment({ ...changes, intent: intent.id }))
  await store.intents.settle(intent.id, { kind: 'deployments', ids: created.map(({ id }) => id) }, created)
  return created
}

/** A lease nobody contests. */
export async function lease(store: Store, subject = fresh('environment')): Promise<Lease> {
  const claimed = await store.leases.claim(subject, 'me', 60)
  if (!claimed) throw new Error(`${subject} is held by somebody else`)
  return claimed
}
