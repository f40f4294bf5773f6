import { type InstallationRoutes, notFound, ok, text } from '../call.ts'

/** Teams of the organization the App is installed on. */
export const teamRoutes: InstallationRoutes = {
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': {
    needs: ['members:read'],
    answer(call) {
      const [org, team, login] = [text(call, 'org'), text(call, 'team_slug'), text(call, 'username')].map((one) => one.toLowerCase())
      const own = call.token.installation.account.login.toLowerCase() === org
      const state = own ? call.world.teams.get(`${org}/${team}`)?.get(login ?? '') : undefined
      if (!state) return notFound()
      return ok({ url: `${call.world.url}/orgs/${org}/teams/${team}/memberships/${login}`, role: 'member', state })
    },
  },
}
