import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { inventoryFile } from '../../src/adapters/inventory-file.ts'
import { type KeyedSigner, openSigner } from '../../src/adapters/signer.ts'
import { adminLogin } from '../../src/adapters/ssh/admin.ts'
import { sshConnections } from '../../src/adapters/ssh/connections.ts'
import { hostsOver } from '../../src/adapters/ssh/hosts.ts'
import { openLoginKey } from '../../src/adapters/ssh/login-key.ts'
import { newKeyPair } from '../../src/adapters/ssh/new-key.ts'
import type { AdminTools } from '../../src/cli/admin-login.ts'
import { hostBootstrap } from '../../src/cli/host-bootstrap.ts'
import { hostRetire } from '../../src/cli/host-retire.ts'
import type { Inventory } from '../../src/cli/inventory.ts'
import { writeDotenv } from '../../src/config/dotenv.ts'
import type { HostRule } from '../../src/domain/configuration.ts'
import type { ObservedContainer } from '../../src/domain/observed.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { Secret } from '../../src/domain/secret.ts'
import type { Hosts } from '../../src/flow/ports.ts'
import type { EnvironmentOnHost } from '../../src/flow/retire-host.ts'
import { bundleNamespace, encloseBundle, encloseReceipt, packBundle, receiptNamespace, receiptStatement } from '../../src/host/bundle.ts'
import type { Command } from '../../src/host/command.ts'
import { confirm, inspect, put, type ReleaseRef, switchTo } from '../../src/host/commands.ts'
import { type Ending, endingOf } from '../../src/host/exit-codes.ts'
import type { Authority } from '../../src/host/order.ts'
import { readHostState } from '../../src/host/output.ts'
import type { Host } from '../lab/host.ts'

/** A Landfall's keys and connections, and the words to act with them as its use cases do. */
export interface Operations {
  signer: KeyedSigner
  loginKey: Secret
  hosts: Hosts
  rule: HostRule
  /** This Landfall's word at a turn; the first where none is named. */
  by(turn?: number): Authority
  /** `landfall host bootstrap` as root with these further words; its exit code and what it printed. */
  bootstrap(...words: string[]): Promise<{ code: number; said: string }>
  /** The same of a machine said otherwise, on a terminal where this password is given to whatever asks. */
  bootstrapAt(words: string[], password?: string): Promise<{ code: number; said: string }>
  /** Public keys: the administrator's, and Landfall's own for hosts and bastions. */
  adminKey: string
  publicLoginKey: string
  /** `landfall host retire` with these words, while these environments are on the host. */
  retire(words: string[], on?: EnvironmentOnHost[]): Promise<{ code: number; said: string }>
  /** Text of the operator's file that this writes. */
  inventory(): string
  send(command: Command): Promise<{ ending: Ending; stdout: string; stderr: string }>
  /** Signs and puts a plan. */
  put(plan: Plan, env?: Record<string, string>): Promise<Ending>
  /** Puts, switches and confirms; every step must succeed. */
  deploy(plan: Plan, env?: Record<string, string>): Promise<void>
  confirm(release: ReleaseRef): Promise<Ending>
  containers(plan: Plan): Promise<Record<string, ObservedContainer>>
}

export const landfallShell = readFileSync(new URL('../../src/host/landfall-shell.sh', import.meta.url), 'utf8')

/** A Landfall with its data in this folder that may bootstrap this host. */
export async function operations(host: Host, folder: string): Promise<Operations> {
  const admin = newKeyPair()
  await host.authorize(admin.public, 'root')
  const signer = await openSigner(folder)
  const login = await openLoginKey(folder)
  const connections = sshConnections(login.privateKey)
  const hosts = hostsOver(connections)
  const inventory = inventoryFile(join(folder, 'operator.yml'))
  const rule: HostRule = { name: host.name, address: host.address, port: host.port, user: 'landfall', hostKey: host.hostKey }

  const adminTools = (password?: string): AdminTools & { inventory: Inventory } => {
    const ask = password === undefined ? undefined : async () => new Secret(password)
    return {
      login: ({ admin: user, host: to }, proof) => adminLogin({ ...to, user }, to.hostKey, proof, connections, { askSudo: ask }),
      readKey: async () => ({ privateKey: new Secret(admin.private) }),
      usualKey: undefined,
      agent: undefined,
      ...(ask && { ask }),
      inventory,
    }
  }

  async function send(command: Command) {
    const result = await hosts.run(rule, command)
    if (result.kind !== 'exited') throw new Error(`${command.verb}: ${JSON.stringify(result)}`)
    return { ending: endingOf(result.code), stdout: result.stdout, stderr: result.stderr }
  }
  const envelope = (plan: Plan, env?: Record<string, string>) => {
    const bundle = packBundle({ plan, env: env && new Secret(writeDotenv(Object.entries(env))), files: new Map(), sign: signer.sign })
    return encloseBundle(bundle, signer.sign(bundle, bundleNamespace), [])
  }
  const operated: Operations = {
    signer,
    loginKey: login.privateKey,
    hosts,
    rule,
    by: (turn = 1) => ({ turn, sign: signer.sign }),
    bootstrap: (...words) =>
      operated.bootstrapAt([`root@${host.address}:${host.port}`, '--name', host.name, '--key', join(folder, 'admin'), ...words]),
    bootstrapAt: (words, password) =>
      saying((print) =>
        hostBootstrap(words, {
          ...adminTools(password),
          hosts,
          loginKey: login.publicKey,
          signingKey: signer.publicKey,
          shell: landfallShell,
          print,
        }),
      ),
    retire: (words, on = []) =>
      saying((print) =>
        hostRetire([...words, '--key', 'admin'], {
          ...adminTools(),
          hosts,
          environmentsOn: async () => on,
          loginKey: login.publicKey,
          print,
        }),
      ),
    adminKey: admin.public,
    publicLoginKey: login.publicKey,
    inventory: () => inventory.read() ?? '',
    send,
    put: async (plan, env) => (await send(put(plan, operated.by(), envelope(plan, env)))).ending,
    async deploy(plan, env) {
      const steps = {
        put: await operated.put(plan, env),
        switch: (await send(switchTo(plan, operated.by()))).ending,
        confirm: await operated.confirm(plan),
      }
      expect(steps).toEqual({ put: 'ok', switch: 'ok', confirm: 'ok' })
    },
    async confirm(release) {
      const statement = receiptStatement(release, { proved: true })
      return (await send(confirm(release, operated.by(), encloseReceipt(statement, signer.sign(statement, receiptNamespace))))).ending
    },
    async containers(plan) {
      const { containers } = readHostState((await send(inspect(plan))).stdout)
      return Object.fromEntries(containers.map((container) => [container.service, container]))
    },
  }
  return operated
}

/** Exit code of a verb and what it printed. */
async function saying(verb: (print: (line: string) => void) => Promise<number>): Promise<{ code: number; said: string }> {
  const said: string[] = []
  const code = await verb((line) => said.push(line))
  return { code, said: said.join('\n') }
}
