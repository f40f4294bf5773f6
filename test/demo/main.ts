import { parseArgs } from 'node:util'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { openShop } from '../lab/landfall/shop.ts'
import { playActs } from './acts.ts'
import { follow } from './follow.ts'
import { type Screen, screenOn } from './screen.ts'

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })
const screen = screenOn(process.stdout)

let scenario: Scenario | undefined
let stopping: Promise<void> | undefined
const stop = () => (stopping ??= scenario?.stop() ?? Promise.resolve())

try {
  await play()
} catch (error) {
  screen.title(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
  for (const line of scenario?.landfall.log.slice(-20) ?? []) screen.plain(JSON.stringify(line))
  process.exitCode = 1
} finally {
  await stop()
}

async function play(): Promise<void> {
  screen.title('Landfall, on real parts')
  screen.begin()
  scenario = await startScenario({ say: (text) => screen.line('demo', text) })
  const { lab, github } = scenario
  const host = lab.host('web-1')
  const channels = ['slack:deploys', 'telegram:ops']
  const shop = await openShop(github, lab.registry, { name: 'shop', hosts: ['web-1'], notify: channels, within: 8, soak: 1 })
  screen.line('demo', `ready: a host, a registry, GitHub, chat, and Landfall at ${scenario.landfall.url}`)
  follow(scenario, screen)

  const acts = await playActs({ scenario, shop, host, screen })
  github.assertFaithful()
  const short = (id: string) => id.replace('sha256:', '').slice(0, 12)
  screen.table(
    ['act', 'SHA asked', 'digest running', 'version answered', 'outcome', 'seconds'],
    acts.map(({ act, asked, running, answered, outcome, seconds }) => [
      act,
      short(asked),
      short(running),
      short(answered),
      outcome,
      seconds.toFixed(2),
    ]),
  )
  if (values.keep) await keep(scenario, screen)
  await stop()
  screen.plain(JSON.stringify({ acts }))
}

/** Leaves everything running until Ctrl-C. */
async function keep({ lab, github, landfall }: Scenario, { plain }: Screen): Promise<void> {
  const host = lab.host('web-1')
  const names = (await host.docker('ps', '--format', '{{.Names}}')).trim().split('\n')
  plain(`Landfall      ${landfall.url}`)
  plain(`GitHub        ${github.url}`)
  plain(`registry      ${lab.registry.address}`)
  plain(`host web-1    ${host.user}@${host.address}:${host.port}`)
  plain(`containers    ${names.join(', ')}`)
  plain(`DOCKER_HOST=${host.dockerHost}`)
  plain('Ctrl-C stops everything.')
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  plain('stopping')
}
