import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Attack } from '../attack.ts'

export const hostKey: Attack[] = [
  {
    row: 'A7',
    tried: 'another machine answering in the place of a host',
    async attempt(town) {
      const { host, scenario } = town
      const pinned = host.hostKey
      const before = await town.footprint()
      const shown = await host.changeHostKey()
      assert.notEqual(shown, pinned)
      const logins = loginsIn(host.sshd.log)
      const { merged, status } = await town.merge({ title: 'Into the trap' }, 'failure')
      assert.match(status.description ?? '', /showed another host key than the pinned one/)
      assert.equal(loginsIn(host.sshd.log), logins, 'somebody logged in')
      assert.equal(await town.footprint(), before)
      const alarm = await scenario.chat.until('an alarm in both chats', () => {
        const told = scenario.chat.received.filter(({ body }) => body.includes('another host key') && body.includes(merged.sha.slice(0, 7)))
        return new Set(told.map(({ channel }) => channel)).size === 2 ? told : undefined
      })
      await town.changeOperator(({ hosts }) => Object.assign(hosts[host.name] ?? {}, { 'host-key': shown }))
      await town.merge({ title: 'After the operator pinned the new key' }, 'success')
      return `no login, no command; the status says so and ${alarm.length} chat messages; works again once pinned`
    },
  },
]

/** How often sshd let anybody in so far. */
const loginsIn = (log: string): number =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('Accepted ')).length
