import assert from 'node:assert/strict'
import { readPage } from '../../lab/landfall/town.ts'
import { runningWeb } from '../containers.ts'
import type { Fault } from '../fault.ts'
import type { FaultTown } from '../towns.ts'

const proxied: Fault = {
  row: 'F22',
  injected: 'the planned image runs, the old version answers (as through a proxy to it)',
  on: 'one machine',
  async run(town) {
    const { merged: old } = await town.merge({ title: 'The old version' }, 'success')
    const before = await runningWeb(town)
    const { status } = await town.merge(
      { title: 'Answers as the old one', behaviour: { answers: old.sha }, files: soonGivenUp(town) },
      'failure',
    )
    const said = await readPage(status.targetUrl)
    assert.ok(said.includes(`answers version ${old.sha}`), `people read: ${said}`)
    const after = await runningWeb(town)
    assert.equal(after.reference, before.reference)
    return `not proved; the release before runs again. People read: ${status.description}`
  },
}

const leftInPlace: Fault = {
  row: 'F22',
  injected: 'up succeeds and leaves the old container in place',
  on: 'one machine',
  async run(town) {
    const before = await runningWeb(town)
    const up = await town.gates.skip('compose', 'up')
    const { status } = await town.merge({ title: 'Never started', files: soonGivenUp(town) }, 'failure')
    up.happened()
    assert.deepEqual(await runningWeb(town), before, 'the old container was touched')
    return `not proved; the old container goes on untouched. People read: ${status.description}`
  },
}

/** A wrong version may be one that is still starting: it is waited for as long as the shop says. */
function soonGivenUp({ files }: FaultTown): Record<string, string> {
  const path = '.github/landfall.yml'
  return { [path]: (files[path] ?? '').replace('within: 20s', 'within: 3s') }
}

export const verification: Fault[] = [proxied, leftInPlace]
