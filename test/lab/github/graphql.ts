import { buildSchema, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { z } from 'zod'
import { nodeId } from './bodies/account.ts'
import { type Answer, mayUse, ok } from './call.ts'
import { readRepository, seenBy } from './graphql-reading.ts'
import type { Event } from './payloads.ts'
import { revertPull } from './pulls.ts'
import type { Caller } from './tokens.ts'
import type { Violation } from './validation.ts'
import { bot, type World } from './world.ts'

export interface GraphQLCall {
  world: World
  caller: Caller & { kind: 'installation' }
  body: unknown
  announce(events: Event[]): void
  violated(violations: Violation[]): void
}

const asked = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() })
const revertInput = z.object({ pullRequestId: z.string(), title: z.string().nullish(), body: z.string().nullish() })

let github: Promise<GraphQLSchema> | undefined

/** GitHub's own schema; it takes more than a second to read, so that only those who ask in GraphQL pay for it. */
function gitHubSchema(): Promise<GraphQLSchema> {
  github ??= import('@octokit/graphql-schema').then(({ schema }) => buildSchema(schema.idl, { assumeValid: true }))
  return github
}

/** Answers `POST /graphql`. What GitHub's schema does not allow is a violation; its refusals are errors in an answer 200. */
export async function answerGraphQL(call: GraphQLCall): Promise<Answer> {
  const schema = await gitHubSchema()
  const { query, variables } = asked.parse(call.body)
  const document = parse(query)
  const wrong = validate(schema, document)
  call.violated(wrong.map(({ message }) => ({ operation: 'POST /graphql', where: 'query', what: message })))
  if (wrong.length > 0) return ok({ errors: wrong.map((error) => error.toJSON()) })

  const rootValue = {
    revertPullRequest: ({ input }: { input: unknown }) => revertPullRequest(call, revertInput.parse(input)),
    repository: (named: unknown) => {
      const repository = readRepository(call, named)
      if (repository.kind === 'refused') throw refusal(repository.type, repository.message)
      return repository.value
    },
  }
  const result = await execute({ schema, document, rootValue, ...(variables && { variableValues: variables }) })
  // Variables are looked at only now.
  const unknown = (result.errors ?? []).filter(({ extensions }) => extensions.type === undefined)
  call.violated(unknown.map(({ message }) => ({ operation: 'POST /graphql', where: 'variables', what: message })))
  const errors = result.errors?.map(({ message, path, locations, extensions }) => ({ type: extensions.type, path, locations, message }))
  return ok({ data: result.data, ...(errors && { errors }) })
}

async function revertPullRequest({ world, caller, announce }: GraphQLCall, input: z.infer<typeof revertInput>) {
  const found = seenBy(caller, world)
    .flatMap((repo) => repo.pulls.map((pull) => ({ repo, pull })))
    .find(({ pull }) => nodeId('PR', pull.id) === input.pullRequestId)
  if (!found) throw refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${input.pullRequestId}'.`)
  // It makes a branch and opens a pull request: it takes both.
  if (!mayUse(caller, ['contents:write']) || !mayUse(caller, ['pull_requests:write'])) {
    throw refusal('FORBIDDEN', 'Resource not accessible by integration')
  }
  const reverted = await revertPull(world, found.repo, found.pull, bot(world), input)
  if (!reverted) {
    throw refusal(
      'UNPROCESSABLE',
      "Sorry, this pull request couldn't be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.",
    )
  }
  announce(reverted.events)
  const { number, title } = reverted.pull
  return { revertPullRequest: { number, title, url: `${world.url}/${found.repo.fullName}/pull/${number}` } }
}

const refusal = (type: string, message: string) => new GraphQLError(message, { extensions: { type } })
