import { join } from 'node:path'
import { openSigner } from '../../../src/adapters/signer.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import { startSshdFarm } from '../../lab/farm/sshd-farm.ts'
import { startLaboratory } from '../../lab/laboratory.ts'
import type { Figures } from '../figures.ts'
import { figureOf, ratioOf } from '../statistics.ts'
import { openAnsible } from './ansible.ts'
import { openThroughLandfall } from './landfall.ts'
import { openOpenSsh } from './openssh.ts'
import { deploymentOrders } from './orders.ts'
import type { Side } from './side.ts'

const hostCount = 100

/** The same orders to a hundred hosts through Landfall, OpenSSH and Ansible, one right after the other, cold and then warm in each round. */
export async function measureHundred(rounds: number, say: (line: string) => void): Promise<Figures> {
  await using started = new AsyncDisposableStack()
  const lab = await startLaboratory({ say })
  started.defer(lab.stop)
  const [login, administrator] = [newKeyPair(), newKeyPair()]
  const signer = await openSigner(join(lab.folder, 'data'))
  const keys = { login: login.public, signing: signer.publicKey, administrator: administrator.public }
  const farm = await startSshdFarm(lab.folder, hostCount, keys)
  started.defer(farm.stop)
  const sides: Record<'landfall' | 'ssh' | 'ansible', Side> = {
    landfall: await openThroughLandfall(lab.folder, farm.hosts, login.private),
    ssh: await openOpenSsh(lab.folder, farm.hosts, login.private),
    ansible: await openAnsible(lab.folder, farm, administrator.private),
  }
  for (const { close } of Object.values(sides)) started.defer(close)

  const seconds = { landfall: times(), ssh: times(), ansible: times() }
  for (let round = 1; round <= rounds; round += 1) {
    for (const heat of ['cold', 'warm'] as const) {
      for (const name of ['landfall', 'ssh', 'ansible'] as const) {
        const generation = 2 * round + (heat === 'warm' ? 1 : 0)
        const took = await sides[name].carryOut(deploymentOrders(`farm-${name}`, generation, signer), { cold: heat === 'cold' })
        seconds[name][heat].push(took)
        say(`${hostCount} hosts ${heat} ${round}/${rounds}: ${name} ${took.toFixed(2)} s`)
      }
    }
  }
  const { landfall, ssh, ansible } = seconds
  return {
    fanout_100_vs_ansible: ratioOf(landfall.warm, ansible.warm),
    fanout_100_vs_ansible_cold: ratioOf(landfall.cold, ansible.cold),
    fanout_100_vs_ssh: ratioOf(landfall.warm, ssh.warm),
    fanout_100_vs_ssh_cold: ratioOf(landfall.cold, ssh.cold),
    fanout_100_seconds: figureOf(landfall.warm),
    fanout_100_cold_seconds: figureOf(landfall.cold),
    fanout_100_ssh_seconds: figureOf(ssh.warm),
    fanout_100_ansible_seconds: figureOf(ansible.warm),
  }
}

const times = (): Record<'cold' | 'warm', number[]> => ({ cold: [], warm: [] })
