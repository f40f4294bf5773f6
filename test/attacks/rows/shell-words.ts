import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { z } from 'zod'
import { writeDotenv } from '../../../src/config/dotenv.ts'
import { quoteAll } from '../../../src/host/quote.ts'
import { pushApp } from '../../lab/images.ts'
import { landfallFile, readPage } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

/** Everything a shell might take for a command, all of it touching the canary. */
const spitefulWords = (canary: string): string[] => [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary}`,
  `'; touch ${canary}; '`,
  `" && touch ${canary} && "`,
  `line one\ntouch ${canary}\nline three`,
  `| touch ${canary} #`,
  `> ${canary}`,
  `\${X:-$(touch ${canary})}`,
  `$HOME \\$(touch ${canary}) \\\\`,
  `-v --help $IFS\ttouch\t${canary}`,
  `ünïcode 🚢 \${${canary}}`,
]

export const shellWords: Attack[] = [
  {
    row: 'A1',
    tried: 'words of people as words of a shell command',
    async attempt({ canary }) {
      const words = spitefulWords(canary)
      const heard = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${quoteAll(words)}`])
        .toString('utf8')
        .split('\0')
        .slice(0, -1)
      assert.deepEqual(heard, words)
      return `a real sh reads ${words.length} of them back byte for byte`
    },
  },
  {
    row: 'A1',
    tried: 'commands in env values, Compose values and the commit subject',
    async attempt(town) {
      const { canary } = town
      const words = spitefulWords(canary)
      const values: [string, string][] = words.map((word, index) => [`SPITE_${index}`, word])
      await town.merge(
        {
          title: `$(touch ${canary}) \`touch ${canary}\` ; touch ${canary}`,
          files: { 'compose.yml': spitefulCompose(town), 'deploy/production.env': `GREETING=hello\n${writeDotenv(values)}` },
        },
        'success',
      )
      const given = await environmentOf(town)
      assert.deepEqual(
        values.map(([name]) => given.get(name)),
        words,
      )
      assert.equal(given.get('WRITTEN'), `$(touch ${canary})`)
      assert.equal(given.get('WOVEN'), `<${words[0]}|${words[5]}>`)
      return `${words.length + 2} values arrive in the container byte for byte`
    },
  },
  {
    row: 'A1',
    tried: 'commands in branch names',
    async attempt(town) {
      const { canary, files, scenario, shop } = town
      const registry = scenario.lab.registry
      const branch = `rel;\`touch\${IFS}${canary}\`/$(touch\${IFS}${canary})&|'"`.replaceAll('//', '/')
      const changed = { ...files, '.github/landfall.yml': landfallFile({ registry: registry.address, branch }) }
      // Only the default branch says which branch production follows.
      await shop.repository.push('main', { '.github/landfall.yml': changed['.github/landfall.yml'] })
      const { sha, deliveries } = await shop.repository.push(branch, changed, { deliver: false })
      await pushApp(registry, { repository: 'acme/shop', tag: sha, version: sha, index: true })
      for (const { guid } of deliveries) await scenario.github.redeliver(guid)
      await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
      await town.merge({ title: 'On main again' }, 'success')
      return `the environment follows ${branch.slice(0, 20)}… like any branch`
    },
  },
  {
    row: 'A1',
    tried: 'commands as tag template, path, service and project name',
    async attempt(town) {
      const { canary, files, scenario } = town
      const good = landfallFile({ registry: scenario.lab.registry.address })
      const broken: [from: string, to: string][] = [
        ['"{sha}"', JSON.stringify(`{sha}; touch ${canary}`)],
        ['env: deploy/production.env', `env: ${JSON.stringify(`$(touch ${canary})/../../../etc/passwd`)}`],
        ['compose: [compose.yml]', `compose: ["--help; touch ${canary}"]`],
        ['project: shop', `project: ${JSON.stringify(`shop;touch ${canary}`)}`],
        ['web: { port', `${JSON.stringify(`web$(touch ${canary})`)}: { port`],
        ['production: {', `${JSON.stringify(`production\ntouch ${canary}`)}: {`],
      ]
      const before = await town.footprint()
      for (const [from, to] of broken) {
        const file = good.replace(from, to)
        assert.notEqual(file, good)
        await town.misconfigure({ title: 'A name', build: false, files: { '.github/landfall.yml': file } })
      }
      const compose = (files['compose.yml'] ?? '').replace('  web:', `  "web;touch ${canary}":`)
      await town.merge({ title: 'A service', build: false, files: { 'compose.yml': compose } }, 'failure')
      assert.equal(await town.footprint(), before)
      return `${broken.length + 1} such files are refused before any host is asked`
    },
  },
  {
    row: 'A1',
    tried: 'commands and markup in the log of a container that fails',
    async attempt(town) {
      const { canary, files } = town
      const said = `$(touch ${canary}) \`touch ${canary}\`; <script>touch("${canary}")</script>`
      const noise = `  noise:\n    image: ${town.scenario.lab.registry.address}/acme/shop:\${TAG}\n    init: true\n    entrypoint: ${JSON.stringify(['sh', '-c', 'echo "$$0"; exit 3', said.replaceAll('$', '$$$$')])}\n`
      const compose = (files['compose.yml'] ?? '').replace('volumes:\n  data: {}', `${noise}volumes:\n  data: {}`)
      const { status } = await town.merge({ title: 'Noise', files: { 'compose.yml': compose } }, 'failure')
      assert.ok((await readPage(status.targetUrl)).includes(said), 'the page does not show the log as it was')
      const markup = await (await fetch(status.targetUrl ?? '')).text()
      assert.ok(!markup.includes('<script>touch'), 'the log became markup')
      return 'the log page shows them as text'
    },
  },
]

/** The shop's Compose file, with the values in the places Compose lets people put them. */
function spitefulCompose({ files, canary }: AttackedTown): string {
  const own = `    env_file: .env
    environment:
      WRITTEN: "$$(touch ${canary})"
      WOVEN: "<\${SPITE_0}|\${SPITE_5}>"
    labels:
      note: "; touch ${canary}"
`
  return (files['compose.yml'] ?? '').replace('    environment:\n      GREETING: ${GREETING}\n', own)
}

/** The environment of the shop's web container, as Docker keeps it. */
async function environmentOf({ host }: AttackedTown): Promise<Map<string, string>> {
  const id = (await host.docker('ps', '-q', '--filter', 'label=com.docker.compose.service=web')).trim()
  const pairs = z.array(z.string()).parse(JSON.parse(await host.docker('inspect', '--format', '{{json .Config.Env}}', id)))
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}
