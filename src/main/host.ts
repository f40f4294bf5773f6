import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { inventoryFile } from '../adapters/inventory-file.ts'
import { openSigner } from '../adapters/signer.ts'
import { adminLogin } from '../adapters/ssh/admin.ts'
import { type Connections, sshConnections } from '../adapters/ssh/connections.ts'
import { hostsOver } from '../adapters/ssh/hosts.ts'
import { readKeyFile } from '../adapters/ssh/key-file.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import type { AdminTools } from '../cli/admin-login.ts'
import { hostBootstrap } from '../cli/host-bootstrap.ts'
import { Secret } from '../domain/secret.ts'
import { dataFolder } from './data-folder.ts'
import { askUnseen } from './terminal.ts'

type Print = (line: string) => void

/** `landfall host bootstrap`. */
export async function bootstrapHost(argv: string[], print: Print): Promise<number> {
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

const operatorFile = (): string => resolve(process.env.LANDFALL_OPERATOR ?? 'operator.yml')

function adminTools(connections: Connections): AdminTools {
  const ask = process.stdin.isTTY ? async (question: string) => new Secret(await askUnseen(`${question}: `)) : undefined
  const own = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name))
  return {
    login: ({ admin, host }, proof) => {
      const sudo = ask && (() => ask(`Password of ${admin} for sudo`))
      return adminLogin({ ...host, user: admin }, host.hostKey, proof, connections, sudo)
    },
    readKey: (path) => readKeyFile(path, ask),
    usualKey: own.find((path) => existsSync(path)),
    agent: process.env.SSH_AUTH_SOCK,
    ...(ask && { ask }),
  }
}
