import { randomUUID } from 'node:crypto'
import { chat } from '../adapters/chat/chat.ts'
import { systemClock } from '../adapters/clock.ts'
import { type ComposeBinary, findCompose } from '../adapters/compose/binary.ts'
import { createCompose } from '../adapters/compose/compose.ts'
import { githubClients } from '../adapters/github/clients.ts'
import { createGitHub } from '../adapters/github/github.ts'
import { openIdentities } from '../adapters/identities.ts'
import { watchOperatorFile } from '../adapters/operator-file.ts'
import { publicWeb } from '../adapters/public-web/public-web.ts'
import { authoritiesOf } from '../adapters/registry/authorities.ts'
import { usualLimits } from '../adapters/registry/http.ts'
import { createRegistry } from '../adapters/registry/registry.ts'
import { secretReader } from '../adapters/secrets.ts'
import { openSigner } from '../adapters/signer.ts'
import { sshHosts } from '../adapters/ssh/hosts.ts'
import { loggedHosts } from '../adapters/ssh/logged.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import { parseOperatorFile } from '../config/operator-file.ts'
import type { Log, Ports } from '../flow/ports.ts'
import { loopback } from '../web/setup.ts'
import type { Settings } from './settings.ts'

/** How long a lease lasts without renewal: work of a killed Landfall goes on elsewhere within this. */
export const leaseSeconds = 3
/** GitHub's list of failed deliveries is looked at once in so many looks at its repositories. */
const looksPerReplay = 5

/** What the wiring needs of the process around it. */
export interface Surroundings {
  /** `PATH` and `HOME`, to find a Compose binary; LANDFALL_COMPOSE to name one. */
  searchPath: string
  home?: string | undefined
  compose?: string | undefined
  /** Environment that secret references `{env: NAME}` are read from. */
  environment: Record<string, string | undefined>
}

/** Everything outside, over a database and a queue that are open already. Throws in words for the operator when a part is missing. */
export async function openOutside(
  settings: Settings,
  around: Surroundings,
  log: Log,
  open: () => Promise<Pick<Ports, 'store' | 'queue'>>,
): Promise<{ ports: Ports; compose: ComposeBinary }> {
  const operator = watchOperatorFile(settings.operatorFile, parseOperatorFile, log)
  const compose = await findCompose({ named: around.compose, searchPath: around.searchPath, home: around.home })
  if (compose.kind === 'unusable') throw new Error(compose.detail)
  const folder = settings.dataFolder
  const keys = [openSigner(folder), openIdentities(folder), openLoginKey(folder)] as const
  const [signer, identities, login, kept] = await Promise.all([...keys, open()])
  const secrets = secretReader(around.environment)
  const clients = githubClients(settings.app, log, { gentle: settings.gentle })
  const ports: Ports = {
    ...kept,
    github: createGitHub(clients, log),
    hosts: loggedHosts(sshHosts(login.privateKey), log),
    registry: createRegistry(
      usualLimits,
      authoritiesOf(() => operator.current().registries),
    ),
    compose: createCompose(compose.binary),
    chat: chat(() => operator.current().chat, secrets),
    publicWeb: publicWeb({ allow: () => operator.current().publicChecks?.allow ?? [] }),
    signer,
    identities,
    secrets,
    operator,
    addresses: {
      github: settings.webUrl,
      landfall: settings.publicUrl,
      acting: settings.client !== undefined && !loopback.test(new URL(settings.publicUrl).host),
    },
    pace: { repositories: settings.pollSeconds, deliveries: settings.pollSeconds * looksPerReplay, secrets: 3600 },
    clock: { ...systemClock, githubNow: () => new Date(clients.clock.now()) },
    ids: randomUUID,
    random: Math.random,
    log,
  }
  return { ports, compose: compose.binary }
}
