import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Queue } from 'bullmq'
import pg from 'pg'
import { z } from 'zod'
import type { Town } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'

export const queue: Attack[] = [
  {
    row: 'A15',
    tried: 'forged jobs in Redis',
    async attempt(town) {
      const { landfall, environment } = town.scenario
      const { intents, deployments } = await inDatabase(town)
      const [before, known] = [await town.footprint(), { deployments: deployments.length }]
      const plan = { repository: 'acme/shop', revision: 'f'.repeat(40), images: { web: 'evil/image@sha256:0' }, hosts: ['web-1'] }
      const noSubjects: unknown[] = [
        plan,
        { subject: `deployment:${randomUUID()}`, plan },
        JSON.stringify(plan),
        [],
        null,
        7,
        '',
        `repository:${'x'.repeat(9000)}`,
        'repository:a b\nc',
        'repository:$(touch /x)',
      ]
      const unknown = [
        'deploy:acme/shop',
        'environment:acme/shop/production',
        `intent:${randomUUID()}`,
        'constructor:x',
        'to-string',
        'run',
      ]
      const forged = ['repository', 'deployment'].flatMap((kind) => [`${kind}:${randomUUID()}`, `${kind}:acme/shop`, kind])
      const settled = ['repository:acme/shop', ...deployments.map((id) => `deployment:${id}`)]
      const seen = landfall.log.length
      const jobs = new Queue('wake', { connection: { url: environment.QUEUE_URL ?? '', maxRetriesPerRequest: null }, prefix: 'landfall' })
      try {
        for (const data of [...noSubjects, ...unknown, ...forged, ...settled])
          await jobs.add('wake', data, { removeOnComplete: true, removeOnFail: true })
      } finally {
        await jobs.close()
      }
      const logged = (message: string) => landfall.log.slice(seen).filter(({ msg }) => msg === message).length
      await landfall.logged(
        () => logged('queue entry dropped') === noSubjects.length && logged('unknown subject dropped') === unknown.length,
      )
      await town.merge({ title: 'After the forged jobs' }, 'success')
      const after = await inDatabase(town)
      const more = after.intents.filter(({ id }) => !intents.some((one) => one.id === id)).map(({ kind, ref }) => `${kind} ${ref ?? ''}`)
      assert.deepEqual(more, ['push refs/heads/main'])
      assert.equal(after.deployments.length, known.deployments + 1)
      assert.deepEqual(newLines(before, await town.footprint()).filter((line) => line.endsWith(' switched')).length, 1)
      return `${noSubjects.length + unknown.length} dropped with a log line each, ${forged.length + settled.length} invented and old ones change nothing; only the next merge deploys`
    },
  },
]

const intentRow = z.object({ id: z.string(), kind: z.string(), ref: z.string().nullable() })

/** Everything Landfall ever took up, from its own database: intents, and the ids of deployments. */
async function inDatabase({ scenario }: Town): Promise<{ intents: z.infer<typeof intentRow>[]; deployments: string[] }> {
  const client = new pg.Client({ connectionString: scenario.environment.DATABASE_URL })
  await client.connect()
  try {
    const rows = async <T>(shape: z.ZodType<T>, text: string) => z.array(shape).parse((await client.query(text)).rows)
    const deployments = await rows(z.object({ id: z.string() }), 'SELECT id FROM deployments')
    return { intents: await rows(intentRow, 'SELECT id, kind, ref FROM intents'), deployments: deployments.map(({ id }) => id) }
  } finally {
    await client.end()
  }
}

const newLines = (before: string, after: string): string[] => {
  const known = new Set(before.split('\n'))
  return after.split('\n').filter((line) => !known.has(line))
}
