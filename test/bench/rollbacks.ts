import type { Scenario } from '../lab/landfall/scenario.ts'
import { openShop } from '../lab/landfall/shop.ts'
import { composeFile } from './service.ts'
import { type Figure, figureOf } from './statistics.ts'

/** What the release that is gone back to asks for: it is watched on after it counts as verified. */
const soak = 30
const port = 18_085

const ends = ['succeeded', 'failed', 'rolled-back', 'halted', 'rejected', 'superseded', 'waiting']

/**
 * Seconds from a `/rollback` in a comment until what is gone back to is verified, GitHub's time included: from just before GitHub begins
 * to tell of the comment.
 */
export async function measureRollbacks(scenario: Scenario, rounds: number, say: (line: string) => void): Promise<Figure> {
  const { lab, github, landfall } = scenario
  const name = 'bench-back'
  const registry = lab.registry.address
  const compose = composeFile(registry, { image: `acme/${name}`, port, healthCheck: false })
  const files = { 'compose.yml': compose, '.github/landfall.yml': landfallFile(registry, name, soak) }
  const { repository, merge } = await openShop(github, lab.registry, { name, hosts: ['web-1'], files })
  const verified = (sha: string) => repository.waitForStatus(sha, 'landfall/production', 'success', soak + 60)

  say(`a release that asks for a soak of ${soak} s`)
  const good = await merge({ title: 'Good' })
  await verified(good.sha)
  const seconds: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const bad = await merge({ title: `Bad ${round}`, files: { '.github/landfall.yml': landfallFile(registry, name, 0) } })
    await verified(bad.sha)
    const issue = repository.openIssue(`Bad ${round}`, 'mona')
    const told = performance.timeOrigin + performance.now()
    await repository.commentOn(issue, '/rollback', 'mona')
    const end = await landfall.logged(
      ({ time, msg, state }) => time >= Math.floor(told) && msg === 'deployment advanced' && ends.includes(String(state)),
      60,
    )
    if (end.state !== 'succeeded') throw new Error(`the rollback is ${String(end.state)}`)
    const answer = await fetch(`http://${lab.host('web-1').address}:${port}/health`)
    if (!(await answer.text()).includes(good.sha)) throw new Error(`Landfall says that ${good.sha} runs again, and it does not`)
    seconds.push((end.time - told) / 1000)
    say(`rollback ${round}/${rounds}: ${seconds.at(-1)?.toFixed(2)} s`)
    await repository.waitForComment(issue, /went back to/, 20)
  }
  return figureOf(seconds)
}

const landfallFile = (registry: string, name: string, seconds: number): string => `version: 1
project: ${name}
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/${name} }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 30s, soak: ${seconds}s }
    db: { within: 30s, soak: 0s }
environments:
  production: { branch: main, hosts: [web-1] }
`
