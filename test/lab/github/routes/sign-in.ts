import { z } from 'zod'
import { account } from '../bodies/account.ts'
import { type ClientRoutes, gone, invalid, notFound, ok, type PersonRoutes, text } from '../call.ts'
import { moment } from '../world.ts'

/** What somebody's own token is answered. */
export const personRoutes: PersonRoutes = {
  'GET /user': {
    answer({ world, person }) {
      const born = moment(new Date(0))
      const told = { name: null, company: null, blog: null, location: null, email: null, hireable: null, bio: null }
      const counted = { public_repos: 0, public_gists: 0, followers: 0, following: 0 }
      return ok({ ...account(world, person), ...told, ...counted, created_at: born, updated_at: born })
    },
  },
}

const tokenTaken = z.object({ access_token: z.string() })

/** What the App asks as the one that people sign in with. */
export const clientRoutes: ClientRoutes = {
  'DELETE /applications/{client_id}/token': {
    answer(call) {
      if (text(call, 'client_id') !== call.world.app.client.id) return notFound()
      const { access_token } = tokenTaken.parse(call.body)
      const known = call.world.signIns.tokens.delete(access_token)
      return known ? gone() : invalid([{ resource: 'OauthAccess', field: 'token', code: 'invalid' }])
    },
  },
}
