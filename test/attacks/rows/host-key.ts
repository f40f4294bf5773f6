import assert from 'node:assert/strict'
import { toldInBoth } from '../../lab/landfall/chat.ts'
import { loginsAt } from '../../lab/sshd-record.ts'
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
      const logins = loginsAt(host)
      const { merged, status } = await town.merge({ title: 'Into the trap' }, 'failure')
      assert.match(status.description ?? '', /showed another host key than the pinned one/)
      assert.equal(loginsAt(host), logins, 'somebody logged in')
      assert.equal(await town.footprint(), before)
      const alarm = await toldInBoth(scenario.chat, merged.sha, 'another host key')
      await town.changeOperator(({ hosts }) => Object.assign(hosts[host.name] ?? {}, { 'host-key': shown }))
      await town.merge({ title: 'After the operator pinned the new key' }, 'success')
      return `no login, no command; the status says so and ${alarm.length} chat messages; works again once pinned`
    },
  },
]
