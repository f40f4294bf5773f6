import { expect, test } from 'vitest'
import { openTown, type Town } from '../support/town.ts'

const canary = 'correct-horse-battery'

/** Everything Landfall wrote or said anywhere, as text. */
async function everythingSaid(town: Town): Promise<string> {
  const deployments = await town.deployments()
  const records = await Promise.all(deployments.map(({ id }) => town.record(id)))
  const receipts = await Promise.all(deployments.map(({ id }) => town.store.receipts.of(id)))
  const { statuses, comments, checkRuns, deployments: shown } = town.github
  const log = town.log.lines.map(({ fields, ...entry }) => ({ ...entry, fields: { ...fields, error: String(fields.error) } }))
  return JSON.stringify({ deployments, records, receipts, statuses, comments, checkRuns, shown, said: town.chat.said, log })
}

test('a value of the environment is nowhere but on the host, even where the app prints it', async () => {
  const town = await openTown()
  const env = { 'deploy/production.env': `DB_PASSWORD=${canary}\n` }
  await town.deploy(env)
  const failed = await town.deploy({}, { behaviour: { answers: 500, says: 'cannot log in with ${DB_PASSWORD}\n' } })
  await town.tellComment('/rollback')
  await town.quiet()
  expect(town.host().container('web')?.variables.get('DB_PASSWORD')).toBe(canary)
  expect((await town.record(failed.id)).join('\n')).toContain('cannot log in with [secret]')
  expect(await everythingSaid(town)).not.toContain(canary)
})

test('a value that Docker repeats in its complaint, or the app answers as its version, is masked', async () => {
  const town = await openTown()
  await town.deploy({ 'deploy/production.env': `DB_PASSWORD=${canary}\n` })
  const complaint = Buffer.from(`invalid reference format: ${canary}`).toString('base64')
  town.host().instead = ({ verb, args }) =>
    verb === 'switch' && args[2] === '2'
      ? {
          kind: 'exited',
          code: 15,
          stdout: `${JSON.stringify({ type: 'text', text: complaint })}\n`,
          stderr: `landfall-shell: no ${canary}\n`,
        }
      : undefined
  expect((await town.deploy()).reason?.evidence.detail).toContain('invalid reference format: [secret]')
  await town.deploy({}, { behaviour: { version: canary } })
  expect(await everythingSaid(town)).not.toContain(canary)
})

test('a registry login is sent with the bundle and told nowhere', async () => {
  const town = await openTown()
  const registry = { host: 'registry.example.com', username: 'landfall', password: { env: canary } }
  town.operator = {
    ...town.operator,
    registries: { 'registry.example.com': registry },
    repositories: town.operator.repositories.map((rule) => ({ ...rule, registries: ['registry.example.com'] })),
  }
  await town.deploy()
  const login = JSON.parse(town.host().releases.get(1)?.logins ?? '{}').auths['registry.example.com'].auth
  expect(Buffer.from(login, 'base64').toString()).toContain(canary)
  expect(await everythingSaid(town)).not.toContain(canary)
})

test('while the values to hide cannot be fetched, what hosts say is not shown at all', async () => {
  const town = await openTown({ started: false })
  const first = await town.start()
  await town.deploy({ 'deploy/production.env': `DB_PASSWORD=${canary}\n` })
  first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling'
  await town.tellPush(town.commit({}, { behaviour: { answers: 500, says: 'cannot log in with ${DB_PASSWORD}\n' } }))
  await town.until(() => first.life.ended)
  town.github.fails = (call) => (call === 'snapshot' ? new Error('gone') : undefined)
  await town.start()
  const { id } = await town.reaches('rolled-back', 120)
  expect((await town.record(id)).join('\n')).toContain('could not be fetched')
  expect(await everythingSaid(town)).not.toContain(canary)
})
