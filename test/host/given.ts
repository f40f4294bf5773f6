import type { Plan, PlannedService } from '../../src/domain/plan.ts'

const sha = 'a'.repeat(40)

/** A service of a plan: recreated, one container, proved by state alone. */
export const service = (name: string, image: string, more: Partial<PlannedService> = {}): PlannedService => ({
  name,
  image,
  change: 'recreated',
  because: ['image'],
  fingerprint: `fingerprint of ${name}`,
  replicas: 1,
  oneShot: false,
  within: 30,
  soak: 0,
  ...more,
})

/** A deployment plan of shop/production. */
export const plan = (services: PlannedService[], more: Partial<Plan> = {}): Plan => ({
  format: 1,
  kind: 'deploy',
  release: 'deployment-1',
  repository: { owner: 'acme', name: 'shop', installation: 1 },
  project: 'shop',
  environment: 'production',
  generation: 1,
  revision: sha,
  images: [],
  services,
  removed: [],
  hosts: [],
  waves: [],
  compose: 'services: {}\n',
  override: 'services: {}\n',
  interpolation: {},
  envFingerprint: '',
  files: [],
  logins: [],
  keep: 3,
  notify: [],
  ...more,
})
