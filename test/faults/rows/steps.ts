import assert from 'node:assert/strict'
import { restartAndContinue } from '../continuation.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { actsOf, newestGeneration, webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

/** The shop's files where its web runs something before it is switched that counts how often it ran. */
function counting({ files }: FaultTown): Record<string, string> {
  const compose = files['compose.yml'] ?? ''
  const landfall = files['.github/landfall.yml'] ?? ''
  const web = '    entrypoint: []\n    command: [/app/serve]\n    volumes: [steps:/steps]\n    depends_on: [db]'
  const run = JSON.stringify(['sh', '-c', 'echo ran >>/steps/ran; sleep 6; echo "done, $GREETING"'])
  const changed = {
    'compose.yml': `${compose.replace('    depends_on: [db]', web)}  steps: {}\n`,
    '.github/landfall.yml': landfall.replace(', env: ', `, before: [{ service: web, run: ${run} }], env: `),
  }
  assert.ok(changed['compose.yml'].includes(web) && changed['.github/landfall.yml'].includes('before:'), 'the files are others by now')
  return changed
}

const runs = ({ host }: FaultTown) =>
  host.sh('cat "$(docker volume inspect --format "{{.Mountpoint}}" shop_steps)/ran" 2>/dev/null || true')
const underWay = async ({ host }: FaultTown) => (await host.docker('ps', '-q', '--filter', 'label=landfall.once')).trim()

const killed = (moment: string, meanwhile: (town: FaultTown) => Promise<unknown>): Fault => ({
  row: 'F31',
  injected: `kill -9 ${moment}`,
  on: 'one machine',
  async run(town) {
    const before = new Date()
    const earlier = (await runs(town)).length
    const merged = await town.begin({ title: `Killed ${moment}`, files: counting(town) })
    await eventually('a step under way', async () => (await underWay(town)) || undefined)
    const generation = await newestGeneration(town)
    await town.scenario.landfall.kill()
    assert.equal(await webStarts(town, before), 0, 'the moment was missed')
    await meanwhile(town)
    assert.ok(!(await actsOf(town, generation)).includes('switch began'), 'the moment was missed')

    const after = await restartAndContinue(town)
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal((await runs(town)).slice(earlier), 'ran\n', 'it ran more than once')
    assert.equal(await newestGeneration(town), generation, 'it was planned anew')
    assert.equal(await webStarts(town, before), 1)
    return `went on ${after} after being up; it ran once, and was switched once`
  },
})

export const steps: Fault[] = [
  killed('while a step before the switch runs', async (town) => assert.ok(await underWay(town), 'the moment was missed')),
  killed('while a step runs, which ends before Landfall is back', (town) =>
    eventually('the end of the step', async () => ((await underWay(town)) === '' ? true : undefined)),
  ),
]
