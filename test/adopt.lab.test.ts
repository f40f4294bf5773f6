import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { threeByHand } from './lab/by-hand.ts'
import type { TestRepository } from './lab/github/repository.ts'
import type { Host } from './lab/host.ts'
import { pushApp, pushDatabase } from './lab/images.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'

const canary = 'canary-of-the-env-file'
let scenario: Scenario
let host: Host
let registry: string
const repositories = new Map<string, TestRepository>()

/** A server with three projects that somebody started by hand, and a Landfall that was just installed for others. */
beforeAll(async () => {
  scenario = await startScenario({
    operator: (file) => {
      file.repositories = { 'acme/other': { projects: ['other'], environments: { production: ['web-1'] } } }
    },
  })
  const { lab, github } = scenario
  host = lab.host('web-1')
  registry = lab.registry.address
  for (const tag of ['1.2', '1.3']) await pushApp(lab.registry, { repository: 'acme/shop', tag, version: tag, index: true })
  await pushDatabase(lab.registry, { repository: 'acme/database', tag: '1' })
  for (const name of ['shop', 'blog', 'wiki']) {
    const repository = await github.createRepository('acme', name, { 'README.md': `${name}\n` })
    repository.addCollaborator('mona', 'write')
    repositories.set(name, repository)
  }
  await host.sh(threeByHand(registry, canary))
}, 300_000)
afterAll(() => scenario?.stop())

/** `landfall adopt`, as it is typed where Landfall runs. */
const adopt = (...words: string[]) =>
  landfallVerb('adopt', ...words, '--key', join(scenario.environment.LANDFALL_DATA ?? '', 'admin-web-1'))

function landfallVerb(...words: string[]): Promise<{ code: number; said: string }> {
  const { environment } = scenario
  const all = ['src/main/cli.ts', ...words]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env: { PATH: process.env.PATH ?? '', ...environment } }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: `${stdout}${stderr}` })
    })
  })
}

/** Every container there, and since when it runs. */
const containers = () => host.sh("docker ps -aq --no-trunc | xargs docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}' | sort")
const repositoryOf = (name: string) => {
  const found = repositories.get(name)
  if (!found) throw new Error(`there is no repository ${name}`)
  return found
}

/** Adopts and merges; everything is as Landfall proved it then. */
async function adoptAndMerge(name: string, ...words: string[]): Promise<{ said: string; comment: string }> {
  const repository = repositoryOf(name)
  const { code, said } = await adopt('root@web-1', name, '--repository', `acme/${name}`, ...words)
  expect(code, said).toBe(0)
  const number = Number(/Pull request #(\d+)/.exec(said)?.[1])
  const { body: comment } = await repository.waitForComment(number, /production/, 60)
  const { sha } = await repository.merge(number, { by: 'mona' })
  await repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  return { said, comment }
}

let before: string

test('without a project it tells what runs, and what is to be done about it', async () => {
  before = await containers()
  const { code, said } = await adopt('root@web-1')
  expect(code, said).toBe(0)
  expect(said).toContain('in /srv/shop (docker-compose.yml)')
  expect(said).toContain(`${registry}/acme/shop:1.2, runs, answers at :3000/health`)
  expect(said).toContain('landfall adopt root@web-1 shop --repository OWNER/NAME')
  expect(said).toContain('the env file web.env would be readable')
  expect(said).toContain('docker tag wiki-web ghcr.io/OWNER/web:first && docker push ghcr.io/OWNER/web:first')
  expect(said).toContain('Not of Compose, and left alone: lonely.')
  expect(said).not.toContain(canary)
  expect(await containers()).toBe(before)
})

test('three hand-made projects are taken over, and nothing restarts', async () => {
  const a = await adoptAndMerge('shop')
  expect(a.said).toContain('0 services restart.')
  expect(a.comment).toContain('0 services restart')
  const b = await adoptAndMerge('blog', '--in-clear', 'web.env')
  expect(b.said).toContain('0 services restart.')

  await host.sh(
    `docker tag wiki-web ${registry}/acme/wiki:first && docker push -q ${registry}/acme/wiki:first && sed -i 's|build: .|image: ${registry}/acme/wiki:first\\n    build: .|' /opt/wiki/compose.yml`,
  )
  const c = await adoptAndMerge('wiki')
  expect(c.said).toContain('0 services restart.')

  expect(await containers()).toBe(before)
  expect(await host.sh('cat /home/x/blog/data/book; stat -c %a /srv/shop/.env; readlink /var/lib/landfall/shop/production/files')).toBe(
    'precious\n600\n/srv/shop\n',
  )
  expect(readFileSync(scenario.operatorFile, 'utf8')).toMatch(/acme\/shop:\n {4}projects: \[shop\]/)
}, 300_000)

test('a later merge deploys what it changes, in the folder where it always was, and nothing else', async () => {
  const repository = repositoryOf('shop')
  const compose = (await host.sh('cat /srv/shop/docker-compose.yml')).replace('shop:1.2', 'shop:1.3')
  const { number } = await repository.openPullRequest({ branch: 'newer', files: { 'docker-compose.yml': compose }, author: 'mona' })
  const { sha } = await repository.merge(number, { by: 'mona' })
  await repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  const now = await containers()
  const kept = (text: string) => text.split('\n').filter((line) => !line.startsWith('/shop-web-1 '))
  expect(kept(now)).toEqual(kept(before))
  expect(now).not.toBe(before)
  expect(await host.sh('docker inspect --format "{{json .Config.Env}}" shop-web-1')).toContain(`PASSWORD=${canary}`)

  const b = repositoryOf('blog')
  const bolder = (await host.sh('cat /home/x/blog/compose.yml')).replace('shop:1.2', 'shop:1.3')
  const opened = await b.openPullRequest({ branch: 'bolder', files: { 'compose.yml': bolder }, author: 'mona' })
  const merged = await b.merge(opened.number, { by: 'mona' })
  await b.waitForStatus(merged.sha, 'landfall/production', 'success', 90)
  expect(
    await host.sh('docker inspect --format "{{range .Mounts}}{{.Source}}{{end}}" blog-web-1; docker exec blog-web-1 cat /data/book'),
  ).toBe('/home/x/blog/data\nprecious\n')
}, 300_000)

test('what stood in .env is nowhere in clear: not in Git, on GitHub, in the database or the log', async () => {
  const { environment, landfall } = scenario
  const { said } = await landfallVerb('secret', 'list', 'acme/shop', 'production')
  expect(said).toMatch(/GREETING[\s\S]*PASSWORD/)
  expect(said).not.toContain('COMPOSE_PROJECT_NAME')
  expect(JSON.stringify(landfall.log)).not.toContain(canary)
  const found = await new Promise((resolve) =>
    execFile('grep', ['-rl', canary, environment.LANDFALL_DATA ?? ''], (_error, stdout) => resolve(stdout)),
  )
  expect(found).toBe('')
})

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
