import { expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { openTown, type Town } from '../support/town.ts'

/** A town whose registry lets in who has the newest of several tokens; each reading tells whether it was told to read anew. */
async function givenTokens(accepted: number, newest: number) {
  const town = await openTown()
  const readings: (string | undefined)[] = []
  let token = 1
  const registry = { host: 'registry.example.com', username: 'AWS', password: { command: ['token'], lasts: 3600 } }
  town.operator = {
    ...town.operator,
    registries: { 'registry.example.com': registry },
    repositories: town.operator.repositories.map((rule) => ({ ...rule, registries: ['registry.example.com'] })),
  }
  town.secrets = async (_reference, how) => {
    readings.push(how)
    if (how === 'anew') token = newest
    return new Secret(`token-number-${token}`)
  }
  town.registry.instead = (_name, login) =>
    login?.password.reveal() === `token-number-${accepted}` ? undefined : { kind: 'failed', detail: 'refused (401)', denied: true }
  return { town, readings }
}

const endOf = async (town: Town) => (await town.deploy()).state

test('a token that came to its end before its time is fetched once more, and the deployment goes on', async () => {
  const { town, readings } = await givenTokens(2, 2)
  expect(await endOf(town)).toBe('succeeded')
  expect(readings).toContain('anew')
})

test('a token that is refused although it is new is told, and not asked for again', async () => {
  const { town, readings } = await givenTokens(3, 2)
  const failed = await town.deploy()
  expect(failed.reason).toMatchObject({ code: 'registry-failed', evidence: { detail: 'refused (401)' } })
  const perImage = readings.filter((how) => how === 'anew').length
  expect(perImage).toBeLessThanOrEqual(2)
})
