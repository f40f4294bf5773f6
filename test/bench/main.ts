import { parseArgs } from 'node:util'
import { startScenario } from '../lab/landfall/scenario.ts'
import { measureBurst } from './burst/measure.ts'
import { measureDropped } from './dropped/measure.ts'
import { measureHundred } from './fan-out/hundred.ts'
import { measureThousand } from './fan-out/thousand.ts'
import { asJson, asTable, type Figures } from './figures.ts'
import { measure } from './measure.ts'
import { measureRollbacks } from './rollbacks.ts'

/** What the figures should be at most; docs/performance.md says what stands in the way of each. */
const aims = {
  deploy_vs_script: 0.4,
  webhook_to_first_command_ms: 100,
  idle_rss_mib: 150,
  github_writes_per_deploy: 10,
  github_uncached_reads_per_deploy: 8,
  rollback_seconds: 5,
  fanout_100_vs_ansible: 0.25,
  fanout_100_vs_ssh: 1,
  fanout_1000_vs_slowest: 1.2,
  fanout_1000_dead_seconds: 20,
  dropped_requests: 0,
  burst_lost: 0,
  burst_doubled: 0,
  burst_ack_p99_ms: 1000,
}

const parts = {
  deployments: measureDeployments,
  rollbacks: measureGoingBack,
  burst: measureBurst,
  'fanout-100': fanOutToHundred,
  'fanout-1000': fanOutToThousand,
  'dropped-requests': dropRequests,
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    deployments: { type: 'string', default: '50' },
    only: { type: 'string' },
  },
})
const warm = Number(values.rounds)
if (!Number.isInteger(warm) || warm < 1) throw new Error(`--rounds: "${values.rounds}" is not a number of rounds. Give 7 or more.`)
const deployments = Number(values.deployments)
if (!Number.isInteger(deployments) || deployments < 1)
  throw new Error(`--deployments: "${values.deployments}" is not a number of deployments. Give 50, or fewer for a quick look.`)
const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || values.only === name)
if (chosen.length === 0) throw new Error(`--only: there is no part "${values.only}". Give one of ${Object.keys(parts).join(', ')}.`)

const began = performance.now()
const say = (line: string) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`)

const figures: Figures = {}
for (const [, part] of chosen) Object.assign(figures, await part(say))
process.stdout.write(`${values.json ? asJson(figures) : asTable(figures, aims)}\n`)

async function measureDeployments(tell: typeof say): Promise<Figures> {
  const scenario = await startScenario({ say: tell })
  try {
    const measured = await measure(scenario, { warm, cold: Math.min(warm, 7), sameFile: Math.min(warm, 5) }, tell)
    scenario.github.assertFaithful()
    for (const { step, at } of measured.steps) tell(`${String(Math.round(at.median)).padStart(6)} ms  ${step}`)
    return measured.figures
  } finally {
    await scenario.stop()
  }
}

async function measureGoingBack(tell: typeof say): Promise<Figures> {
  const scenario = await startScenario({ say: tell })
  try {
    const seconds = await measureRollbacks(scenario, Math.min(warm, 7), tell)
    scenario.github.assertFaithful()
    return { rollback_seconds: seconds }
  } finally {
    await scenario.stop()
  }
}

/** A round takes minutes: Ansible's part of it nearly all of them. */
function fanOutToHundred(tell: typeof say): Promise<Figures> {
  return measureHundred(Math.min(warm, 3), tell)
}

function fanOutToThousand(tell: typeof say): Promise<Figures> {
  return measureThousand(Math.min(warm, 5), tell)
}

function dropRequests(tell: typeof say): Promise<Figures> {
  return measureDropped(deployments, tell)
}
