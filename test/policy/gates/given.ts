import type { GateFacts } from '../../../src/policy/gates/evaluate.ts'
import { strictest } from '../../../src/policy/gates/strictest.ts'
import { digest, sha } from '../../support/builders.ts'

/** A deployment to production on a Wednesday morning that no rule holds back. */
export const gateFacts = (given: Partial<GateFacts> = {}): GateFacts => ({
  kind: 'deploy',
  environment: 'production',
  revision: sha('d'),
  actor: 'mona',
  now: '2026-11-18T10:00:00Z',
  demands: strictest([]),
  quarantine: { quarantined: [], asked: 'machine' },
  checks: { checks: [], emptySuites: [], own: 'landfall-app', since: '2026-11-18T09:55:00Z', within: 1800 },
  promotion: {
    tree: sha('d'),
    images: ['web'],
    alike: [],
    paths: [],
    before: [{ environment: 'staging', exists: true, verified: [], underway: [], failed: [] }],
  },
  approval: { content: 'c1', votes: [], authors: ['wendy'], lastPusher: 'wendy' },
  locks: [],
  ...given,
})

/** What staging says of the images once it has verified the commit. */
export const verifiedOnStaging: GateFacts['promotion'] = {
  ...gateFacts().promotion,
  before: [
    {
      environment: 'staging',
      exists: true,
      verified: [
        {
          revision: sha('d'),
          tree: sha('d'),
          images: { web: { digest: digest('d'), revision: sha('d') } },
          verifiedAt: '2026-11-18T09:50:00Z',
          quarantined: false,
        },
      ],
      underway: [],
      failed: [],
    },
  ],
}
