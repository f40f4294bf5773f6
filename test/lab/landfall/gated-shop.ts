import { z } from 'zod'
import { eventually } from '../../faults/eventually.ts'
import type { CheckRun, Delivery } from '../github/world.ts'
import { readIt } from './reading.ts'
import { recordsOf } from './records.ts'
import type { Scenario } from './scenario.ts'
import { composeFile, type Merged, openShop, type Release, type Shop } from './shop.ts'

/** A shop that runs, and in which something has to happen before the next version does. */
export interface GatedShop extends Shop {
  name: string
  /** The first version, which runs. */
  opened: Merged
  /** The files that ask for the gates. */
  files: Record<string, string>
  /** Waits until people are asked to approve the commit and have read it; resolves to the check run that asks, with its buttons. */
  asks(sha: string, seconds?: number): Promise<CheckRun>
  /** Somebody says it, in an issue of its own. Resolves to what Landfall answers. */
  say(body: string, by: string): Promise<string>
  /** The same without waiting, and without GitHub telling of it until it is asked to. */
  write(body: string, by: string): Promise<{ issue: number; deliveries: Delivery[] }>
  /** What Landfall answers there. */
  answered(issue: number, seconds?: number): Promise<string>
  /** Presses a button of a check run. */
  press(check: CheckRun, name: 'approve' | 'reject' | 'cancel', by: string): Promise<Delivery[]>
  /** The same, until the command that comes of it has ended: code of the reason why it was refused, or `answered`. */
  pressed(check: CheckRun, name: 'approve' | 'reject' | 'cancel', by: string): Promise<string>
  /** States of the commit's deployments to production, oldest first, by Landfall's own records. */
  states(sha: string, environment?: string): Promise<string[]>
  /** Waits until its newest deployment is in this state. */
  reaches(sha: string, state: string, environment?: string): Promise<void>
}

export interface GatedShopOptions {
  name: string
  hosts: string[]
  /** Of production, as they are written in the file: `approve: { count: 1 }`. */
  gates: string
  /** Host of staging, which follows the same branch; without one there is no staging. */
  staging?: string
}

const patience = 60

/** How Landfall ended a command, by its own records. */
const ending = z.object({ kind: z.string(), reason: z.object({ code: z.string() }).optional() })

/** Identifier of a check run's button of this name; undefined where it has none. */
export const buttonOn = ({ actions }: CheckRun, name: string): string | undefined =>
  actions.map(({ identifier }) => identifier).find((identifier) => identifier.split(':')[0] === name)

/** Opens it: a version runs in production that nobody had to approve. Everything merged from then on goes through the gates. */
export async function openGatedShop(
  { github, lab, environment }: Pick<Scenario, 'github' | 'lab' | 'environment'>,
  { name, hosts, gates, staging }: GatedShopOptions,
): Promise<GatedShop> {
  const fileWith = (demanded: string): Record<string, string> => ({
    'compose.yml': composeFile(lab.registry.address, name),
    '.github/landfall.yml': landfallFile(lab.registry.address, { name, hosts, gates: demanded, ...(staging && { staging }) }),
  })
  const shop = await openShop(github, lab.registry, { name, hosts, files: fileWith('') })
  const { repository } = shop
  for (const person of ['lisa', 'peter', 'octocat']) repository.addCollaborator(person, 'write')
  const opened = await shop.merge({ title: 'The shop opens' })
  await repository.waitForStatus(opened.sha, 'landfall/production', 'success', patience)
  const records = recordsOf(environment)
  const bot = `${github.app.slug}[bot]`

  const gated: GatedShop = {
    ...shop,
    name,
    opened,
    files: fileWith(gates),
    merge: (release: Release) => shop.merge({ ...release, files: { ...gated.files, ...release.files } }),
    async asks(sha, seconds = patience) {
      const check = await repository.waitForCheck(sha, 'Deploy to production', 'action_required', seconds)
      await readIt()
      return check
    },
    async say(body, by) {
      const { issue, deliveries } = await gated.write(body, by)
      await Promise.all(deliveries.map(({ guid }) => github.redeliver(guid)))
      return gated.answered(issue)
    },
    async write(body, by) {
      const issue = repository.openIssue(`About ${body}`, by)
      const { deliveries } = await repository.commentOn(issue, body, by, { deliver: false })
      return { issue, deliveries }
    },
    async answered(issue, seconds = patience) {
      const answer = () => repository.comments(issue).find(({ author }) => author.login === bot)
      return (await github.until(`an answer on #${issue}`, answer, seconds)).body
    },
    async press(check, button, by) {
      const identifier = buttonOn(check, button)
      if (identifier === undefined) throw new Error(`check run ${check.name} has no button ${button}`)
      return repository.pressButton(check.id, identifier, by)
    },
    async pressed(check, button, by) {
      const guids = new Set((await gated.press(check, button, by)).map(({ guid }) => guid))
      const endings = async () => {
        const rows = await records.query(`select delivery, outcome from intents where kind = 'command' and outcome is not null`)
        return rows.filter(({ delivery }) => guids.has(String(delivery))).map(({ outcome }) => ending.parse(JSON.parse(String(outcome))))
      }
      const { kind, reason } = await eventually(`the end of ${by}'s ${button}`, async () => (await endings())[0])
      return reason?.code ?? kind
    },
    async states(sha, of = 'production') {
      const asked = 'select state from deployments where repository = $1 and environment = $2 and revision = $3 order by sequence'
      return (await records.query(asked, [repository.fullName, of, sha])).map(({ state }) => String(state))
    },
    async reaches(sha, state, of = 'production') {
      const states = () => gated.states(sha, of)
      const wanted = async () => ((await states()).at(-1) === state ? true : undefined)
      await eventually(`${sha} ${state} on ${of}`, wanted, patience).catch(async (error: Error) => {
        throw new Error(`${error.message}; it is ${(await states()).join(', ')}`)
      })
    },
  }
  return gated
}

const landfallFile = (registry: string, { name, hosts, gates, staging }: GatedShopOptions): string => `version: 1
project: ${name}
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/${name} }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 20s, soak: 0s }
    db: { within: 20s, soak: 0s }
environments:
  production: { branch: main, hosts: [${hosts.join(', ')}], env: deploy/production.env${gates && `, ${gates}`} }
${staging ? `  staging: { branch: main, hosts: [${staging}], env: deploy/production.env }\n` : ''}`
