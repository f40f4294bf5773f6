import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { inventoryFile } from '../adapters/inventory-file.ts'
import { createLogger, logPort } from '../adapters/log.ts'
import { watchOperatorFile } from '../adapters/operator-file.ts'
import { secretReader } from '../adapters/secrets.ts'
import { openSigner } from '../adapters/signer.ts'
import { adminLogin } from '../adapters/ssh/admin.ts'
import { type Connections, sshConnections } from '../adapters/ssh/connections.ts'
import { hostsOver } from '../adapters/ssh/hosts.ts'
import { readKeyFile } from '../adapters/ssh/key-file.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import type { AdminTools } from '../cli/admin-login.ts'
import { hostBootstrap } from '../cli/host-bootstrap.ts'
import { hostCheck } from '../cli/host-check.ts'
import { hostKeyVerb } from '../cli/host-key.ts'
import { hostRetire } from '../cli/host-retire.ts'
import { parseOperatorFile } from '../config/operator-file.ts'
import { Secret } from '../domain/secret.ts'
import { checkHosts, hostsNamed } from '../flow/check-hosts.ts'
import { environmentsOn } from '../flow/retire-host.ts'
import { dataFolder } from './data-folder.ts'
import { keptFolder } from './kept-folder.ts'
import { operatorFile, overRecords } from './records.ts'
import { askUnseen } from './terminal.ts'

type Print = (line: string) => void

/** `landfall host …`; undefined where there is no such verb. */
export async function hostVerb([verb, ...rest]: string[], print: Print): Promise<number | undefined> {
  if (verb === 'bootstrap') return bootstrapHost(rest, print)
  if (verb === 'check') return checkHostsVerb(rest, print)
  if (verb === 'key') return showKey(rest, print)
  if (verb === 'retire') return retireHostVerb(rest, print)
  return undefined
}

/** `landfall host bootstrap`. */
async function bootstrapHost(argv: string[], print: Print): Promise<number> {
  const folder = dataFolder()
  const [login, signer] = await Promise.all([openLoginKey(folder), openSigner(folder)])
  const connections = sshConnections(login.privateKey)
  try {
    return await hostBootstrap(argv, {
      ...adminTools(connections),
      hosts: hostsOver(connections),
      inventory: inventoryFile(operatorFile()),
      loginKey: login.publicKey,
      signingKey: signer.publicKey,
      shell: readFileSync(join(import.meta.dirname, '..', 'host', 'landfall-shell.sh'), 'utf8'),
      print,
    })
  } finally {
    await connections.close()
  }
}

/** How an administrator logs in from here. */
export function adminTools(connections: Connections): AdminTools {
  const ask = process.stdin.isTTY ? async (question: string) => new Secret(await askUnseen(`${question}: `)) : undefined
  const own = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name))
  return {
    login: ({ admin, host }, proof) => {
      const terminal = { askSudo: ask && (() => ask(`Password of ${admin} for sudo`)), waiting: tellOfWaiting(host.name) }
      return adminLogin({ ...host, user: admin }, host.hostKey, proof, connections, terminal)
    },
    readKey: (path) => readKeyFile(path, ask),
    usualKey: own.find((path) => existsSync(path)),
    agent: process.env.SSH_AUTH_SOCK,
    ...(ask && { ask }),
  }
}

/** Beside what a verb prints, which may go into a file. */
const tellOfWaiting = (name: string) => (seconds: number) => void process.stderr.write(`${name}: still at it after ${seconds} s\n`)

/** `landfall host check`, where Landfall has its keys and the variables that logins of registries come from. */
async function checkHostsVerb(argv: string[], print: Print): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const folder = keptFolder()
  const operator = watchOperatorFile(operatorFile(), parseOperatorFile, logPort(createLogger('error'))).current()
  const [login, signer] = await Promise.all([openLoginKey(folder), openSigner(folder)])
  const connections = sshConnections(login.privateKey)
  try {
    return await hostCheck(argv, {
      async check(names) {
        const { hosts, unknown } = hostsNamed(operator, names)
        if (unknown.length > 0) return { kind: 'unknown', names: unknown }
        const ports = { hosts: hostsOver(connections), signer, secrets: secretReader(process.env), clock: systemClock, operator }
        return { kind: 'checked', reports: await checkHosts(hosts, { ...ports, signingKey: signer.publicKey }) }
      },
      print,
    })
  } finally {
    await connections.close()
  }
}

/** `landfall host key`. */
async function showKey(argv: string[], print: Print): Promise<number> {
  const operator = watchOperatorFile(operatorFile(), parseOperatorFile, logPort(createLogger('error'))).current()
  return hostKeyVerb(argv, { operator, loginKey: (await openLoginKey(dataFolder())).publicKey, print })
}

/** `landfall host retire`, which asks the database what runs where. */
const retireHostVerb = (argv: string[], print: Print): Promise<number> =>
  overRecords((ports, { login, connections }) =>
    hostRetire(argv, {
      ...adminTools(connections),
      hosts: ports.hosts,
      inventory: inventoryFile(operatorFile()),
      environmentsOn: (host) => environmentsOn(host, ports),
      loginKey: login.publicKey,
      print,
    }),
  )
