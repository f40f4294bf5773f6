import { lookAtHost } from '../demo/host-view.ts'
import { eventually } from '../faults/eventually.ts'
import type { TestRepository } from '../lab/github/repository.ts'
import type { CheckRun } from '../lab/github/world.ts'
import { type Behaviour, pushApp } from '../lab/images.ts'
import { readIt } from '../lab/landfall/reading.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { composeFile, openShop, type Shop } from '../lab/landfall/shop.ts'

/** A team with staging and production, as it works together on GitHub. */
export interface Street {
  scenario: Scenario
  shop: Shop
  repository: TestRepository
  /** Somebody comments in an issue or pull request; resolves to what is answered. */
  say(person: string, body: string, answer: RegExp, issue?: number): Promise<string>
  /** A pull request as somebody opens it; nothing is merged yet. */
  propose(title: string, author: string, files?: Record<string, string>): Promise<number>
  /** Somebody merges it; its CI pushes the image. Resolves to the merge commit. */
  merge(pullRequest: number, by: string, behaviour?: Behaviour): Promise<string>
  /** CI pushes the image of a commit. */
  shopImage(sha: string, behaviour?: Behaviour): Promise<void>
  /** The check run that tells of the commit's way to an environment, once it is so far. */
  check(sha: string, environment: string, state: string): Promise<CheckRun>
  /** The same, once its summary says this. */
  shows(sha: string, environment: string, said: RegExp): Promise<CheckRun>
  /** Somebody presses a button of it. */
  press(run: CheckRun, label: string, by: string): Promise<void>
  /** Digest that runs on an environment's host, asked past Landfall. */
  running(environment: 'staging' | 'production'): Promise<string>
  /** The version its page answers. */
  answers(environment: 'staging' | 'production'): Promise<string>
  close(): Promise<void>
}

export interface StreetOptions {
  /** What stands under production in landfall.yml, as lines of its mapping: `after: staging`. */
  production: string[]
  environment?: Record<string, string>
}

/** `.github/landfall.yml` of the street. */
export const streetFile = (registry: string, production: readonly string[]): string => `version: 1
project: shop
images:
  web: { repository: ${registry}/acme/shop }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 20s, soak: 1s }
    db: { soak: 1s }
environments:
  staging: { branch: main, hosts: [staging-1], env: deploy/production.env }
  production:
    branch: main
    hosts: [web-1]
    env: deploy/production.env
${production.map((line) => `    ${line}\n`).join('')}notify: ["slack:deploys", "telegram:ops"]
`

/** Builds the street. Lisa, mona and otto may write to the repository. */
export async function openStreet({ production, environment = {} }: StreetOptions): Promise<Street> {
  const scenario = await startScenario({ hosts: ['staging-1', 'web-1'], environment })
  const { lab, github } = scenario
  const files = {
    'compose.yml': composeFile(lab.registry.address, 'shop'),
    '.github/landfall.yml': streetFile(lab.registry.address, production),
  }
  const shop = await openShop(github, lab.registry, { name: 'shop', hosts: ['web-1'], files })
  const { repository } = shop
  for (const person of ['lisa', 'otto']) repository.addCollaborator(person, 'write')
  const host = (of: 'staging' | 'production') => lab.host(of === 'staging' ? 'staging-1' : 'web-1')
  const shopImage: Street['shopImage'] = async (sha, behaviour = 'healthy') => {
    await pushApp(lab.registry, { repository: 'acme/shop', tag: sha, version: sha, behaviour, index: true })
  }
  let changes = 0

  return {
    scenario,
    shop,
    repository,
    async say(person, body, answer, issue = repository.openIssue(`About ${body}`, person)) {
      const before = repository.comments(issue).length
      if (/^\/(approve|reject|promote)/.test(body)) await readIt()
      await repository.commentOn(issue, body, person)
      await repository.waitForComment(issue, answer, 60)
      const said = repository.comments(issue).slice(before)
      return said.find((one) => answer.test(one.body))?.body ?? ''
    },
    async propose(title, author, changed = {}) {
      changes += 1
      const all = { 'CHANGES.md': `${title}\n`, ...changed }
      return (await repository.openPullRequest({ branch: `change-${changes}`, files: all, title, author })).number
    },
    async merge(pullRequest, by, behaviour = 'healthy') {
      const { sha, deliveries } = await repository.merge(pullRequest, { by, deliver: false })
      await shopImage(sha, behaviour)
      await Promise.all(deliveries.map(({ guid }) => github.redeliver(guid)))
      return sha
    },
    shopImage,
    check: (sha, of, state) => repository.waitForCheck(sha, `Deploy to ${of}`, state, 60),
    shows: (sha, of, said) =>
      eventually(`the check of ${sha} says ${said}`, () => {
        const run = repository.checkRuns(sha).findLast(({ name }) => name === `Deploy to ${of}`)
        return run && said.test(run.output.summary ?? '') ? run : undefined
      }),
    async press(run, label, by) {
      const button = run.actions.find((one) => one.label === label)
      if (!button) throw new Error(`${run.name} has no button ${label}: ${run.actions.map((one) => one.label).join(', ')}`)
      await repository.pressButton(run.id, button.identifier, by)
    },
    running: async (of) => (await lookAtHost(host(of), 'shop')).running,
    answers: async (of) => (await lookAtHost(host(of), 'shop')).answered,
    close: () => scenario.stop(),
  }
}
