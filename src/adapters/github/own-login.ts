import { z } from 'zod'
import type { GitHubClients } from './clients.ts'

const named = z.object({ slug: z.string() })

/** The login under which GitHub shows what the App does: `landfall[bot]`. */
export type OwnLogin = () => Promise<string>

/** The slug an App's login is made of. */
export const slugOf = (login: string): string => login.replace(/\[bot\]$/, '')

/** Asked each time: an App that is renamed gets another login. */
export const ownLogin =
  (clients: GitHubClients): OwnLogin =>
  async () => {
    const { data } = await clients.app.rest.apps.getAuthenticated()
    return `${named.parse(data).slug}[bot]`
  }
