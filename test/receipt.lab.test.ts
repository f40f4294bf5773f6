import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { openShop } from './lab/landfall/shop.ts'

const run = promisify(execFile)

let scenario: Scenario
let revision: string
let page: string
beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1'] })
  const shop = await openShop(scenario.github, scenario.lab.registry, { name: 'shop', hosts: ['web-1'], within: 8, soak: 1 })
  revision = (await shop.merge({ title: 'Proved' })).sha
  page = (await shop.repository.waitForStatus(revision, 'landfall/production', 'success', 60)).targetUrl ?? ''
})
afterAll(() => scenario?.stop())

/** `landfall verify-receipt` as an operator types it. */
function verify(): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env.PATH ?? '', ...scenario.environment }
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main/cli.ts', 'verify-receipt', 'acme/shop', 'production'], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr })
    })
  })
}

const sh = (command: string) => scenario.lab.host('web-1').sh(command)

test('anybody with the public key proves a receipt with ssh-keygen alone, and a changed one does not pass', async () => {
  const fetched = async (file: string) => Buffer.from(await (await fetch(`${page}/${file}`)).arrayBuffer())
  const [statement, signature] = await Promise.all([fetched('receipt'), fetched('receipt.sig')])
  expect(JSON.parse(statement.toString().split('\n')[1] ?? '')).toMatchObject({ revision, environment: 'production', actor: 'mona' })
  const folder = await mkdtemp(join(tmpdir(), 'receipt-'))
  try {
    const at = (name: string) => join(folder, name)
    await writeFile(at('allowed_signers'), await sh('cat /var/lib/landfall/allowed_signers'))
    await writeFile(at('receipt.sig'), signature)
    const proves = async (bytes: Buffer) => {
      await writeFile(at('receipt'), bytes)
      const words = `ssh-keygen -Y verify -f allowed_signers -I landfall -n landfall-receipt -s receipt.sig <receipt`
      return run('sh', ['-c', words], { cwd: folder }).then(
        () => true,
        () => false,
      )
    }
    expect(await proves(statement)).toBe(true)
    expect(await proves(Buffer.from(statement.toString().replace('"mona"', '"otto"')))).toBe(false)
  } finally {
    await rm(folder, { recursive: true })
  }
  // The plan that it names is the one that lies on the host.
  const { plan } = JSON.parse(statement.toString().split('\n')[1] ?? '')
  expect(`sha256:${(await sh('sha256sum </var/lib/landfall/shop/production/releases/1/plan.json')).split(' ')[0]}`).toBe(plan)
})

test('a receipt holds until somebody changes what runs', async () => {
  expect(await verify()).toEqual({ code: 0, said: expect.stringContaining('Every host shows what the receipt says.') })
  const web = '$(docker ps -q --filter label=com.docker.compose.project=shop --filter label=com.docker.compose.service=web)'
  await sh(`docker stop -t 1 ${web}`)
  expect(await verify()).toEqual({ code: 1, said: expect.stringMatching(/✗ web: ended with exit code \d+/) })
}, 60_000)
