import { expect, test } from 'vitest'
import type { Given } from './contract.ts'
import { at } from './records.ts'

/** What looking at GitHub from time to time leaves in the database. */
export function watchContract(given: Given): void {
  test('what was seen last at a place replaces what was seen before, in each repository for itself', async () => {
    const { seen } = given.store
    expect(await seen.of('acme/seen')).toEqual(new Map())
    await seen.record('acme/seen', 'refs/heads/main', 'a')
    await seen.record('acme/seen', 'comments', at)
    await given.other.seen.record('acme/seen', 'refs/heads/main', 'b')
    await seen.record('acme/other', 'refs/heads/main', 'c')
    expect(await given.other.seen.of('acme/seen')).toEqual(
      new Map([
        ['refs/heads/main', 'b'],
        ['comments', at],
      ]),
    )
  })

  test('a sweep is due until it was put off, for every process, and again when its time has come', async () => {
    const [one, two] = [given.store.sweeps, given.other.sweeps]
    expect(await one.due(['branches', 'deliveries'])).toEqual(['branches', 'deliveries'])
    await one.next('branches', 3600)
    expect(await two.due(['branches', 'deliveries'])).toEqual(['deliveries'])
    await given.tamper("update sweeps set due = 0 where name = 'branches'")
    expect(await two.due(['branches', 'deliveries'])).toEqual(['branches', 'deliveries'])
    await two.next('branches', 0.4)
    await two.next('branches', 0)
    expect(await one.due(['branches'])).toEqual(['branches'])
  })

  test('replays are counted by delivery and listed newest first', async () => {
    const replay = (guid: string, status: string) => ({ guid, event: 'push', missedAt: at, status, replayedAt: at })
    expect(await given.store.replays.tries([])).toEqual(new Map())
    const told = [replay('guid-1', 'timed out'), replay('guid-2', 'failed to connect to host'), replay('guid-1', '502')]
    for (const [index, one] of told.entries()) await (index % 2 ? given.store : given.other).replays.record(one)
    const many = Array.from({ length: 2000 }, (_, index) => `unknown-${index}`)
    expect(await given.store.replays.tries([...many, 'guid-1', 'guid-2'])).toEqual(
      new Map([
        ['guid-1', 2],
        ['guid-2', 1],
      ]),
    )
    expect(await given.other.replays.recent(2)).toEqual([told[2], told[1]])
  })
}
