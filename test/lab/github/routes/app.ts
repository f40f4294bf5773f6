import { z } from 'zod'
import { installationBody, integration } from '../bodies/account.ts'
import { repositoryBody } from '../bodies/repository.ts'
import { type AppRoutes, covers, created, invalid, notFound, numeric, ok, page, refused, suspended, text } from '../call.ts'
import { findRepository, moment } from '../world.ts'

const levels = z.enum(['read', 'write', 'admin'])
const limits = z
  .object({
    repositories: z.array(z.string()).optional(),
    repository_ids: z.array(z.number()).optional(),
    permissions: z.record(z.string(), levels).optional(),
  })
  .default({})

/** What the App asks in its own name, with its JWT. */
export const appRoutes: AppRoutes = {
  'GET /app': { answer: ({ world }) => ok(integration(world)) },

  'GET /app/installations': {
    answer: (call) => page(call, call.world.installations, (one) => installationBody(call.world, one)),
  },

  'GET /app/installations/{installation_id}': {
    answer(call) {
      const found = call.world.installations.find((one) => one.id === numeric(call, 'installation_id'))
      return found ? ok(installationBody(call.world, found)) : notFound()
    },
  },

  'GET /repos/{owner}/{repo}/installation': {
    answer(call) {
      const installation = findRepository(call.world, text(call, 'owner'), text(call, 'repo'))?.installation
      return installation ? ok(installationBody(call.world, installation)) : notFound()
    },
  },

  'POST /app/installations/{installation_id}/access_tokens': {
    answer(call) {
      const { world, tokens } = call
      const installation = world.installations.find((one) => one.id === numeric(call, 'installation_id'))
      if (!installation) return notFound()
      if (installation.suspendedAt) return suspended()
      const asked = limits.parse(call.body)

      const tooMuch = Object.entries(asked.permissions ?? {}).some(([name, level]) => !covers(world.app.permissions[name], level))
      if (tooMuch) return refused(422, 'The permissions requested are not granted to this installation.')

      const all = [...world.repositories.values()].filter((repo) => repo.installation === installation)
      const chosen = all.filter((repo) => asked.repositories?.includes(repo.name) || asked.repository_ids?.includes(repo.id))
      const wanted = (asked.repositories?.length ?? 0) + (asked.repository_ids?.length ?? 0)
      if (chosen.length < wanted) return invalid([{ resource: 'Installation', field: 'repositories', code: 'invalid' }])

      const limited = wanted > 0
      const token = tokens.issue(
        installation,
        asked.permissions ?? world.app.permissions,
        limited ? chosen.map((repo) => repo.id) : undefined,
      )
      return created({
        token: token.value,
        expires_at: moment(token.expiresAt),
        permissions: token.permissions,
        repository_selection: limited ? 'selected' : 'all',
        ...(limited && { repositories: chosen.map((repo) => repositoryBody(world, repo)) }),
      })
    },
  },
}
