import type { Deployment } from '../../../src/domain/deployment.ts'
import type { PushIntent, RollbackIntent } from '../../../src/domain/intent.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type { Receipt } from '../../../src/domain/receipt.ts'
import type { Lease, Store } from '../../../src/flow/ports.ts'

export const shop = { owner: 'acme', name: 'shop', installation: 7 }
export const at = '2026-11-21T10:00:00.000Z'

/** A commit id that people can tell apart: `commit('a')` is forty a's. */
export const commit = (digit: string): string => digit.repeat(40)
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`

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

export function rollback(changes: Partial<RollbackIntent> = {}): RollbackIntent {
  return {
    id: fresh('intent'),
    key: fresh('comment'),
    kind: 'rollback',
    repository: shop,
    actor: 'hubot',
    delivery: fresh('delivery'),
    receivedAt: at,
    comment: { id: 41, issue: 12 },
    ...changes,
  }
}

export function deployment(changes: Partial<Deployment> = {}): Deployment {
  return {
    id: fresh('deployment'),
    intent: 'none',
    kind: 'deploy',
    repository: shop,
    project: 'shop',
    environment: 'production',
    revision: commit('a'),
    actor: 'mona',
    state: 'queued',
    createdAt: at,
    ...changes,
  }
}

export const plan = (changes: Partial<Plan> = {}): Plan => ({
  format: 1,
  kind: 'deploy',
  repository: shop,
  project: 'shop',
  environment: 'production',
  generation: 3,
  release: 'deployment-1',
  revision: commit('a'),
  images: [
    {
      repository: 'ghcr.io/acme/shop',
      tag: commit('a'),
      digest: digest('1'),
      platforms: [{ platform: 'linux/amd64', manifest: digest('2'), config: digest('3') }],
      line: 'ghcr.io/acme/shop:${TAG}',
      revision: commit('a'),
    },
  ],
  services: [
    {
      name: 'web',
      image: `ghcr.io/acme/shop@${digest('1')}`,
      change: 'recreated',
      because: ['image'],
      fingerprint: 'f1',
      replicas: 1,
      oneShot: false,
      verify: { port: 3000, health: '/health', version: { path: '/health', pointer: '/version' }, smoke: ['/api'], within: 60, soak: 30 },
      within: 60,
      soak: 30,
      version: commit('a'),
    },
    {
      name: 'db',
      image: 'postgres',
      change: 'untouched',
      because: [],
      fingerprint: 'f2',
      replicas: 1,
      oneShot: false,
      within: 60,
      soak: 0,
    },
  ],
  removed: ['old'],
  hosts: [{ name: 'web-1', platform: 'linux/amd64', previous: { generation: 2, revision: commit('b') } }],
  waves: [['web-1']],
  compose: 'services: {}\n',
  override: 'services: {}\n',
  interpolation: { TAG: commit('a') },
  env: 'deploy/production.env',
  envFingerprint: 'e1',
  files: [{ path: 'web.env', source: 'web.env', fingerprint: 'w1' }],
  logins: ['ghcr.io'],
  keep: 5,
  notify: ['slack:deploys'],
  url: 'https://shop.example.com',
  ...changes,
})

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
