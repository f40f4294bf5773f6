import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstTables } from '../../../src/adapters/store/migrations/first-tables.ts'
import { pullPlans } from '../../../src/adapters/store/migrations/pull-plans.ts'
import { migrate } from '../../../src/adapters/store/migrations.ts'
import { storeOver } from '../../../src/adapters/store/open.ts'
import { openSqlite } from '../../../src/adapters/store/sqlite.ts'
import { deployment, plan, push, rollback } from './records.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-store-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a database of the first Landfall keeps what it holds, and finds deployments by the generation of their plans', async () => {
  const database = openSqlite(folder)
  const { db } = database
  await sql`pragma synchronous = off`.execute(db) // so many rows one by one
  await sql`create table landfall_schema (version integer not null)`.execute(db)
  await sql`insert into landfall_schema (version) values (1)`.execute(db)
  await firstTables(database, db)
  await sql`insert into intents (id, sequence, key, kind, repository, installation, actor, delivery, received_at, ref, "before", "after")
    values ('i', 1, 'k', 'push', 'acme/shop', 7, 'mona', 'd', ${push().receivedAt}, 'refs/heads/main', ${push().before ?? null}, ${push().after})`.execute(
    db,
  )
  const stored = async (id: string, sequence: number, plan: string | null) =>
    sql`insert into deployments (id, sequence, intent, kind, repository, installation, project, environment, actor, state, created_at, plan)
      values (${id}, ${sequence}, 'i', 'deploy', 'acme/shop', 7, 'shop', 'production', 'mona', 'planned', ${push().receivedAt}, ${plan})`.execute(
      db,
    )
  await stored('bare', 1, null)
  await stored('torn', 2, '{"format":1,"kind":"dep')
  for (let index = 1; index <= 450; index += 1) await stored(`d${index}`, index + 2, JSON.stringify(plan({ generation: index })))

  expect(await migrate(database)).toEqual({ kind: 'ready' })
  const logged: string[] = []
  const log = { info() {}, warn() {}, error: (message: string) => void logged.push(message) }
  const store = storeOver(database, log)
  for (const generation of [1, 200, 201, 450]) {
    expect((await store.deployments.ofGeneration('acme/shop', 'production', generation))?.id).toBe(`d${generation}`)
  }
  expect(await store.intents.open('acme/shop')).toEqual(['i'])
  expect(await store.intents.read('i')).toMatchObject({ id: 'i', after: push().after })
  expect((await store.deployments.open('acme/shop', 'production')).length).toBe(451)
  await store.close()
})

test('plans of pull requests that were kept without it are found by what they were computed for', async () => {
  const database = openSqlite(folder)
  const { db } = database
  await migrate(database)
  for (const table of ['pull_plans', 'wanted_plans', 'tasks', 'adoptions', 'secret_ages'])
    await sql`drop table ${sql.table(table)}`.execute(db)
  for (const index of ['deployments_pull', 'deployments_ended', 'deployments_awaiting', 'deployments_contracts'])
    await sql`drop index ${sql.ref(index)}`.execute(db)
  for (const column of ['tag', 'told_in', 'retried', 'taken_back', 'ended_after', 'rollout', 'fetched', 'awaits'])
    await sql`alter table deployments drop column ${sql.ref(column)}`.execute(db)
  await pullPlans(database, db)
  await sql`update landfall_schema set version = 6`.execute(db)
  const head = 'a'.repeat(40)
  const kept = JSON.stringify({ number: 12, head, base: 'main' })
  await sql`insert into pull_plans (repository, number, plan) values ('acme/shop', 12, ${kept})`.execute(db)

  expect(await migrate(database)).toEqual({ kind: 'ready' })
  const store = storeOver(database, { info() {}, warn() {}, error() {} })
  expect(await store.pullPlans.sidesOf('acme/shop', [12, 13])).toEqual(new Map([[12, { head, base: 'main' }]]))
  await store.close()
})

test('answers that were kept by deployment and by command are found by the comment they answer', async () => {
  const database = openSqlite(folder)
  const { db } = database
  await migrate(database)
  const store = storeOver(database, { info() {}, warn() {}, error() {} })
  const intent = rollback({ comment: { id: 41, issue: 12 } })
  await store.intents.accept(intent)
  const made = deployment({ intent: intent.id, comment: { id: 41, issue: 12 } })
  const answer = { subject: `deployment:${made.id}`, surface: 'answer' }
  await store.intents.settle(intent.id, { kind: 'deployments', ids: [made.id] }, [made], [answer, { ...answer, surface: 'check' }])
  await sql`update reports set memory = '7'`.execute(db)
  await sql`drop table tasks`.execute(db)
  for (const index of ['deployments_pull', 'deployments_ended', 'deployments_awaiting', 'deployments_contracts'])
    await sql`drop index ${sql.ref(index)}`.execute(db)
  for (const column of ['told_in', 'retried', 'taken_back', 'ended_after', 'rollout', 'fetched', 'awaits'])
    await sql`alter table deployments drop column ${sql.ref(column)}`.execute(db)
  for (const table of ['adoptions', 'secret_ages']) await sql`drop table ${sql.table(table)}`.execute(db)
  await sql`update landfall_schema set version = 8`.execute(db)

  expect(await migrate(database)).toEqual({ kind: 'ready' })
  expect(await store.reports.memory({ subject: 'comment:acme/shop#41', surface: 'answer' })).toBe('7')
  expect((await store.reports.due(10)).map(({ subject, surface }) => [subject, surface]).toSorted()).toEqual([
    ['comment:acme/shop#41', 'answer'],
    [`deployment:${made.id}`, 'check'],
  ])
  await store.close()
})
