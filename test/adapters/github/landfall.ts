import { type ClientOptions, githubClients } from '../../../src/adapters/github/clients.ts'
import { createGitHub } from '../../../src/adapters/github/github.ts'
import type { Repository } from '../../../src/domain/repository.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { GitHub } from '../../../src/flow/ports.ts'
import type { App } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { FakeLog } from '../../support/fake-log.ts'
import { Life } from '../../support/mortal.ts'

interface Options extends Partial<ClientOptions> {
  log?: FakeLog
}

/** What Landfall has of GitHub, or of what stands at its address, when it has just started as this App. */
export function landfall(at: { url: string }, as: App, { log = new FakeLog(), ...options }: Options = {}): GitHub {
  const credentials = { appId: as.id, privateKey: new Secret(as.privateKey), webhookSecret: new Secret(as.secret), apiUrl: at.url }
  const told = log.of(new Life())
  return createGitHub(githubClients(credentials, told, { gentle: false, ...options }), told)
}

/** How Landfall names one of the stand-in's repositories. */
export const repositoryOf = ({ owner, name, installation = 0 }: TestRepository): Repository => ({ owner, name, installation })
