import { expect, test } from 'vitest'
import type { HostState } from '../../src/domain/observed.ts'
import { platformMissing } from '../../src/flow/hosts-fit.ts'
import { readModel } from '../../src/plan/model.ts'
import { image } from '../support/builders.ts'

const host = (name: string, change: Partial<HostState> = {}) => ({
  host: { name, address: name, port: 22, user: 'landfall', hostKey: 'ssh-ed25519 AAAA' },
  state: { shell: 5, docker: '28', platform: 'linux/amd64', generation: 0, wentBack: [], containers: [], ...change },
})
const model = readModel({ services: { web: {}, cron: { profiles: ['cron'] } } })
const pins = (cron: string) =>
  new Map(
    ['web', 'cron'].map((name) => [
      name,
      image({ platforms: [{ platform: name === 'cron' ? cron : 'linux/amd64', manifest: '', config: '' }] }),
    ]),
  )

test.each<[why: string, built: string, on: string, missing: string | undefined]>([
  ['an image for the platform of its host', 'linux/amd64', 'a', undefined],
  ['an image for another platform, on a host that does not run it', 'linux/arm64', 'b', undefined],
  ['an image for another platform, on the host that runs it', 'linux/arm64', 'a', 'a'],
])('%s', (_why, built, on, missing) => {
  const unfit = platformMissing(pins(built), model, new Map([[on, ['cron']]]), [host('a')])
  expect(unfit?.kind === 'refused' ? unfit.reason.evidence.host : undefined).toBe(missing)
})
