import assert from 'node:assert/strict'
import { readPage } from '../../lab/landfall/town.ts'
import { runningWeb } from '../containers.ts'
import { restartAndContinue } from '../continuation.ts'
import type { Fault } from '../fault.ts'
import type { FaultTown } from '../towns.ts'

/** The shop's files with a web service that Docker starts again whenever it ends, and something else in its landfall.yml. */
function restarting({ files }: FaultTown, from: string, to: string): Record<string, string> {
  const [path, compose] = ['.github/landfall.yml', 'compose.yml']
  const landfall = (files[path] ?? '').replace(from, to)
  assert.notEqual(landfall, files[path])
  return { [path]: landfall, [compose]: (files[compose] ?? '').replace('    init: true\n', '    init: true\n    restart: always\n') }
}

const duringSoak: Fault = {
  row: 'F23',
  injected: 'a container that answers well, crashes and is started again, within its soak',
  on: 'one machine',
  async run(town) {
    await town.merge({ title: 'Well before' }, 'success')
    const before = (await runningWeb(town)).reference
    const files = restarting(town, 'soak: 1s }\n    db', 'soak: 12s }\n    db')
    const { status } = await town.merge({ title: 'Crashes after 5 s', behaviour: { crashesAfter: 5 }, files }, 'failure')
    const said = await readPage(status.targetUrl)
    assert.match(
      said,
      /Service web on web-1 was not proved: (restarted after it had been healthy|was healthy, then|ended with exit code 3)/,
    )
    assert.match(said, /the connection to the database is lost/, 'its last words are not in the record')
    assert.equal((await runningWeb(town)).reference, before)
    return `not proved; the release before runs again. People read: ${status.description}`
  },
}

const duringBake: Fault = {
  row: 'F23',
  injected: 'a container that crashes in a loop while it bakes, and Landfall killed (kill -9) in between',
  on: 'one machine',
  async run(town) {
    await town.merge({ title: 'Well before' }, 'success')
    const before = (await runningWeb(town)).reference
    const files = restarting(town, 'env: deploy/production.env }', 'env: deploy/production.env, bake: 2m }')
    const release = { title: 'Crashes after 12 s', behaviour: { crashesAfter: 12 }, files }
    const { merged, status } = await town.merge(release, 'success')
    await town.scenario.landfall.kill()
    const again = await restartAndContinue(town)
    const gone = await town.ended(merged, 'failure')
    assert.match(gone.description ?? '', /^Rolled back by landfall to /)
    const said = await readPage(status.targetUrl)
    assert.match(said, /Service web on web-1 was well at first and is not any more: restarted/)
    assert.match(said, /Landfall goes back to \w{7} by itself/)
    assert.equal((await runningWeb(town)).reference, before)
    const told = town.shop.repository.comments(merged.pullRequest).filter(({ body }) => body.includes('landfall:unwell'))
    assert.equal(told.length, 1, 'its pull request was not told once')
    return `verified, watched again ${again} after Landfall was up, and taken back by itself. People read: ${gone.description}`
  },
}

export const crashLoops: Fault[] = [duringSoak, duringBake]
