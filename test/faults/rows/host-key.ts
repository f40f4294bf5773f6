import assert from 'node:assert/strict'
import { toldInBoth } from '../../lab/landfall/chat.ts'
import { loginsAt } from '../../lab/sshd-record.ts'
import type { Fault } from '../fault.ts'
import { nextLine } from '../next-line.ts'

const hostKeyChanged: Fault = {
  row: 'F13',
  injected: 'the host shows another key in the middle of a deployment',
  on: 'one machine',
  async run(town) {
    const { host, scenario } = town
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'Another host answers' })
    await up.arrived()
    const lost = nextLine(town, ({ verb, ended }) => verb === 'switch' && ended === 'connection-lost')
    const shown = await host.changeHostKey()
    await lost
    const logins = loginsAt(host)
    const { description } = await town.ended(merged, 'error')
    assert.match(description ?? '', /showed another host key than the pinned one/)
    await toldInBoth(scenario.chat, merged.sha, 'another host key')
    assert.equal(loginsAt(host), logins, 'somebody logged in')
    await up.release()
    await town.changeOperator(({ hosts }) => Object.assign(hosts[host.name] ?? {}, { 'host-key': shown }))
    return `no login, no order; both chats told, people read: ${description}; works again once pinned`
  },
}

export const hostKey: Fault[] = [hostKeyChanged]
