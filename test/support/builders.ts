import type { Deployment } from '../../src/domain/deployment.ts'
import type { PinnedImage } from '../../src/domain/image.ts'
import type { ObservedContainer, ProbeAnswer } from '../../src/domain/observed.ts'
import type { Plan, PlannedService } from '../../src/domain/plan.ts'

/** A commit id made of one digit or letter: `sha('a')`. */
export const sha = (digit: string): string => digit.repeat(40)

/** A digest made of one digit. */
export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`

export const repository = { owner: 'acme', name: 'shop', installation: 7 }

export const image = (change: Partial<PinnedImage> = {}): PinnedImage => ({
  line: 'registry.example.com/shop:${TAG}',
  repository: 'registry.example.com/shop',
  tag: sha('a'),
  digest: digest('1'),
  platforms: [{ platform: 'linux/amd64', manifest: digest('2'), config: digest('3') }],
  revision: sha('a'),
  ...change,
})

export const service = (change: Partial<PlannedService> = {}): PlannedService => ({
  name: 'web',
  image: `registry.example.com/shop@${digest('1')}`,
  change: 'recreated',
  because: ['image'],
  fingerprint: 'f1',
  replicas: 1,
  oneShot: false,
  within: 60,
  soak: 10,
  ...change,
})

export const container = (change: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: 'c1',
  name: 'shop-web-1',
  service: 'web',
  image: digest('3'),
  reference: `registry.example.com/shop@${digest('1')}`,
  status: 'running',
  exitCode: 0,
  outOfMemory: false,
  restarts: 0,
  startedAt: '2026-11-21T10:00:00Z',
  before: false,
  ...change,
})

export const answer = (change: Partial<ProbeAnswer> = {}): ProbeAnswer => ({
  service: 'web',
  container: 'c1',
  path: '/health',
  status: 200,
  body: JSON.stringify({ version: sha('a') }),
  ...change,
})

export const plan = (change: Partial<Plan> = {}): Plan => ({
  format: 2,
  kind: 'deploy',
  repository,
  project: 'shop',
  environment: 'production',
  generation: 1,
  release: 'd1',
  revision: sha('a'),
  images: [image()],
  services: [service()],
  removed: [],
  hosts: [{ name: 'web-1', platform: 'linux/amd64' }],
  waves: [{ hosts: ['web-1'], pause: 0 }],
  compose: 'services: {}\n',
  override: 'services: {}\n',
  interpolation: {},
  envFingerprint: 'e1',
  files: [],
  logins: [],
  keep: 5,
  notify: [],
  ...change,
})

export const deployment = (change: Partial<Deployment> = {}): Deployment => ({
  id: 'd1',
  intent: 'i1',
  kind: 'deploy',
  repository,
  project: 'shop',
  environment: 'production',
  revision: sha('a'),
  branch: 'main',
  actor: 'mona',
  state: 'queued',
  createdAt: '2026-11-21T10:00:00.000Z',
  ...change,
})
