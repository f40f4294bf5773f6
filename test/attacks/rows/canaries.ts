import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { pushApp } from '../../lab/images.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import { readPage } from '../../lab/landfall/town.ts'
import { must } from '../../lab/run.ts'
import { watchingArguments } from '../arguments-watch.ts'
import type { Attack } from '../attack.ts'
import { spellingsOf } from '../spellings.ts'
import type { AttackedTown } from '../town.ts'

const some = () => randomBytes(12).toString('hex')

/** Values that must be nowhere, by the name of their variable. None has a name that tells what it is. */
const canaries: Record<string, string> = {
  COLOUR: `plain-${some()}`,
  SHAPE: `p"a$s'w\\o#rd ${some()}`,
  POEM: `first ${some()}\nsecond ${some()}`,
}

/** A command that tells them all, and what it does then. */
const telling = (words: string, then = 'exit 0') => [
  '/bin/busybox',
  'sh',
  '-c',
  `echo "${words} $COLOUR"; echo "$SHAPE"; echo "$POEM"; ${then}`,
]

/** The shop's files where the values are used, and told by whatever runs. */
function talkative({ files }: AttackedTown, { fails = false } = {}): Record<string, string> {
  const written = (words: string[]) => JSON.stringify(words)
  const serve = fails ? telling('fatal: cannot log in with', 'exit 3') : ['/app/serve']
  const compose = (files['compose.yml'] ?? '')
    .replace('      GREETING: ${GREETING}\n', (line) =>
      [line, ...Object.keys(canaries).map((name) => `      ${name}: \${${name}}\n`)].join(''),
    )
    .replace('    init: true\n', () => `    init: true\n    entrypoint: []\n    command: ${written(serve).replaceAll('$', '$$$$')}\n`)
  const step = `before: [{ service: web, run: ${written(telling('migrating with'))} }]`
  const project = (files['.github/landfall.yml'] ?? '').replace(env, () => `${env}, secrets: deploy/production.secrets.env, ${step}`)
  return {
    'compose.yml': compose,
    '.github/landfall.yml': `${project}tasks:\n  leak: { service: web, run: ${written(telling('working with'))} }\n`,
  }
}
const env = 'env: deploy/production.env'

/** Sets the values as people do, one after the other, and merges what comes of it. */
async function setAll({ scenario, shop }: AttackedTown): Promise<void> {
  const command = [process.execPath, 'src/main/cli.ts', 'secret', 'set', 'acme/shop', 'production']
  let number = Number.NaN
  for (const [name, value] of Object.entries(canaries)) {
    const said = await must([...command, name], { stdin: value, env: scenario.environment, folder: process.cwd() })
    number = Number(/#(\d+)/.exec(said)?.[1])
  }
  const { sha, deliveries } = await shop.repository.merge(number, { by: 'mona', deliver: false })
  await pushApp(scenario.lab.registry, { repository: 'acme/shop', tag: sha, version: sha })
  for (const { guid } of deliveries) await scenario.github.redeliver(guid)
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
}

/** Has the values told by everything that may tell something. Resolves to what people read of it, where they should see masks. */
async function tellThemAll(town: AttackedTown): Promise<Record<string, string>> {
  const { shop } = town
  await town.merge({ title: 'As the shop was opened' }, 'success')
  await setAll(town)
  const { merged, status: well } = await town.merge({ title: 'Use them', files: talkative(town) }, 'success')
  await shop.repository.commentOn(merged.pullRequest, '/run leak production', 'mona')
  const answer = await shop.repository.waitForComment(merged.pullRequest, /working with/, 60)
  const { merged: bad, status: failed } = await town.merge({ title: 'Tell them', files: talkative(town, { fails: true }) }, 'failure')
  await shop.repository.commentOn(bad.pullRequest, '/rollback', 'mona')
  await shop.repository.waitForComment(bad.pullRequest, /production went back to/, 60)
  return {
    'the page of the deployment with the step': await readPage(well.targetUrl),
    'the answer to /run': answer.body,
    'the page of the one that failed': await readPage(failed.targetUrl),
    'the check of the one that failed': JSON.stringify(shop.repository.checkRuns(bad.sha)),
  }
}

/** Every row of every table. */
async function databaseText({ scenario }: AttackedTown): Promise<string> {
  const records = recordsOf(scenario.environment)
  const tables = await records.query("select table_name as name from information_schema.tables where table_schema = 'public'")
  const rows = await Promise.all(
    tables.map(({ name }) => records.query(`select row_to_json(one)::text as text from "${String(name)}" one`)),
  )
  assert.ok(rows.flat().length > 50, 'the database was not read')
  return rows
    .flat()
    .map(({ text }) => String(text))
    .join('\n')
}

/** What Redis is told from now on, a line for each command. */
async function listenTo(url: string): Promise<{ heard: string[]; close(): void }> {
  const client = new Redis(url)
  const monitor = await client.monitor()
  const heard: string[] = []
  monitor.on('monitor', (_time: string, words: string[]) => heard.push(words.join(' ')))
  return {
    heard,
    close() {
      monitor.disconnect()
      client.disconnect()
    },
  }
}

/** Files on the host with a value in them, with their modes. */
const filesWith = ({ host }: AttackedTown, value: string): Promise<string> =>
  host.sh(
    `grep -rlaF -e ${value} /var/lib/landfall /home/landfall /tmp /var/log 2>/dev/null | while read -r file; do stat -c '%a %n' "$file"; done; true`,
  )

/** Where values may lie on a host: beside the containers that have them, for its account alone. */
const allowed = /^600 \/var\/lib\/landfall\/shop\/production\/(files\/\.env|releases\/\d+\/(project\/\.env|bundle\.tar|kept\.tar))$/

export const secretsEverywhere: Attack[] = [
  {
    row: 'A14',
    tried: 'values that steps, tasks, a failing app and its logs tell, looked for wherever anything is said or kept',
    async attempt(town) {
      const { scenario, servers } = town
      const asked = scenario.github.requests.length
      const queue = await listenTo(servers?.redis.url ?? '')
      const { seen: words, came: read } = await watchingArguments(() => tellThemAll(town)).finally(queue.close)
      const places: Record<string, string> = {
        arguments: words.join('\n'),
        queue: queue.heard.join('\n'),
        database: await databaseText(town),
        log: scenario.landfall.log.map((line) => JSON.stringify(line)).join('\n'),
        'what GitHub was told': scenario.github.requests
          .slice(asked)
          .map(({ path, body }) => `${path} ${body}`)
          .join('\n'),
        chat: scenario.chat.received.map(({ body }) => body).join('\n'),
        "the log of the host's sshd": readFileSync(town.host.sshd.log, 'utf8'),
        ...read,
      }
      for (const [place, text] of Object.entries(read))
        assert.match(text, /\[secret\]|\\\[secret\\\]/, `${place} tells nothing that could be masked`)
      for (const seen of ['docker-compose', 'landfall-shell', 'ssh-keygen']) assert.match(places.arguments ?? '', new RegExp(seen), seen)
      assert.ok(queue.heard.length > 20, 'the queue was not heard')
      for (const [name, value] of Object.entries(canaries)) {
        for (const line of value.split('\n'))
          for (const spelling of spellingsOf(line))
            for (const [place, text] of Object.entries(places))
              assert.ok(!text.includes(spelling), `${name} stands in ${place}, as ${spelling}`)
        const random = value.slice(-24)
        const there = (await filesWith(town, random)).split('\n').filter((line) => line !== '')
        assert.ok(there.length > 0, `${name} is not on the host at all`)
        assert.deepEqual(
          there.filter((line) => !allowed.test(line)),
          [],
          `${name} lies elsewhere on the host, or open`,
        )
      }
      return `${words.length} processes, ${queue.heard.length} commands to Redis, every row, log line, request, message and page; only the .env files of the host have them`
    },
  },
]
