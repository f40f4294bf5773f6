import { afterAll, afterEach, beforeAll } from 'vitest'
import { testApp } from './app.ts'
import { clientFor } from './client.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import type { TestRepository } from './repository.ts'
import { type GitHubStandIn, startGitHub } from './stand-in.ts'

export type Client = Awaited<ReturnType<ReturnType<typeof clientFor>['auth']>>

/** What the stand-in's own tests play in: the repository acme/shop, a client installed on it, a receiver of webhooks. */
export interface Scene {
  github: GitHubStandIn
  shop: TestRepository
  client: Client
  receiver: Receiver
}

export const app = testApp()
export const place = { owner: 'acme', repo: 'shop' }

/** Sets the scene for a test file; `scene()` is it. What a test does wrong on purpose it takes out itself. */
export function useScene(): () => Scene {
  let scene: Scene | undefined
  const there = (): Scene => {
    if (!scene) throw new Error('the scene is not set yet')
    return scene
  }
  beforeAll(async () => {
    const receiver = await startReceiver()
    const github = await startGitHub({ app, webhookUrl: receiver.url })
    const shop = await github.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n', 'docs/read me.md': 'Hello' })
    shop.addCollaborator('otto', 'maintain')
    scene = { github, shop, receiver, client: await clientFor(github.url, app).auth(shop.installation) }
  })
  afterAll(async () => {
    await there().github.close()
    there().receiver.close()
  })
  afterEach(() => there().github.assertFaithful())
  return there
}
