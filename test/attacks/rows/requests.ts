import assert from 'node:assert/strict'
import { publicWeb } from '../../../src/adapters/public-web/public-web.ts'
import { noting } from '../../support/noting-server.ts'
import type { Attack } from '../attack.ts'
import { slowestAnswerDuring } from '../health-watch.ts'
import type { AttackedTown } from '../town.ts'

/** Stands for what only Landfall's machine can reach. */
const secret = 'what only this machine may see'

/** An address of this machine that the operator opens; the attacker's own site is there. */
const opened = '127.0.0.2'

/** How long anybody else may wait meanwhile, and how long it may take until people are told. */
const answersWithin = 1000
const refusedWithin = 40_000

/** The shop's landfall.yml with a public address that is asked once its hosts are proved. */
const asking = ({ files }: AttackedTown, url: string, asks: string): Record<string, string> => ({
  '.github/landfall.yml': (files['.github/landfall.yml'] ?? '').replace(
    'env: deploy/production.env }',
    `env: deploy/production.env, url: ${JSON.stringify(url)}, verify-url: ${asks} }`,
  ),
})

export const requests: Attack[] = [
  {
    row: 'A13',
    tried: "this machine as a repository's public address, in every spelling",
    async attempt(town) {
      const { heard, port, close } = await noting((_, response) => response.end(secret))
      const before = await town.footprint()
      const hosts = ['127.0.0.1', 'localhost', '2130706433', '0177.0.0.1', '0x7f000001', '127.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]']
      try {
        const web = publicWeb({ allow: () => [] })
        for (const host of hosts) {
          const answer = await web.get(`http://${host}:${port}/`, new AbortController().signal)
          assert.equal(answer.kind, 'refused', host)
        }
        const url = `http://[::ffff:127.0.0.1]:${port}`
        const { status } = await town.merge({ title: 'Into the house', files: asking(town, url, '{ version: /, within: 1s }') }, 'failure')
        assert.match(status.description ?? '', /verify-url: \[::ffff:7f00:1\] leads to ::ffff:7f00:1/)
        assert.equal(await town.footprint(), before)
        assert.deepEqual(heard, [], 'it was asked')
        return `${hosts.length} spellings are refused before anything is sent; the deployment is, before any host is touched`
      } finally {
        close()
      }
    },
  },
  {
    row: 'A13',
    tried: 'a name that leads to a public address first and into the house afterwards',
    async attempt() {
      const house = await noting((_, response) => response.end(secret))
      const site = await noting((_, response) => response.end('fine'), opened)
      const answers = [[opened], ['127.0.0.1'], [opened, '127.0.0.1']]
      let resolved = 0
      const resolve = async () => answers[resolved++] ?? []
      try {
        const web = publicWeb({ allow: () => [`${opened}/32`], resolve })
        const url = `http://shop.example.com:${site.port}/`
        const kinds: string[] = []
        for (const _ of answers) kinds.push((await web.get(url, new AbortController().signal)).kind)
        assert.deepEqual(kinds, ['answered', 'refused', 'refused'])
        assert.deepEqual([resolved, site.heard.length, house.heard.length], [3, 1, 0])
        return 'a name is resolved once for each request, and what was checked is what is connected to'
      } finally {
        house.close()
        site.close()
      }
    },
  },
  {
    row: 'A13',
    tried: 'redirects into the house, bodies without end and servers that drip',
    async attempt(town) {
      const house = await noting((_, response) => response.end(secret))
      const site = await noting(({ url, socket }, response) => {
        if (url === '/house') response.writeHead(302, { location: `http://127.0.0.1:${house.port}/` }).end()
        if (url === '/metadata') response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
        if (url === '/endless') {
          const pour = (): void => {
            while (!response.destroyed && response.write('x'.repeat(65_536)));
          }
          response.on('drain', pour)
          pour()
        }
        if (url === '/drips') {
          const dripping = setInterval(() => response.write('x'), 500)
          socket.on('close', () => clearInterval(dripping))
        }
      }, opened)
      const url = `http://${opened}:${site.port}`
      const merge = (asks: string) => town.merge({ title: `Asks ${asks}`, files: asking(town, url, asks) }, 'failure')
      try {
        await town.changeOperator((file) => Object.assign(file, { 'public-checks': { allow: [`${opened}/32`] } }))
        let told = 0
        const worst = await slowestAnswerDuring(`${town.scenario.landfall.url}/healthz`, async () => {
          for (const asks of [
            '{ smoke: [/house, /metadata], within: 1s }',
            '{ health: /drips, version: "/endless#/version", within: 1s }',
          ]) {
            const began = performance.now()
            const { status } = await merge(asks)
            told = Math.max(told, performance.now() - began)
            assert.match(status.description ?? '', /Returned to/)
          }
        })
        assert.deepEqual(house.heard, [], 'the redirect was followed')
        assert.ok(site.heard.some((line) => line.endsWith('/endless')) && site.heard.some((line) => line.endsWith('/metadata')))
        assert.ok(told < refusedWithin, `people were told after ${(told / 1000).toFixed(1)} s`)
        assert.ok(worst < answersWithin, `/healthz took ${worst.toFixed(0)} ms meanwhile`)
        return `nobody follows them; both deployments returned within ${(told / 1000).toFixed(1)} s, /healthz never took longer than ${worst.toFixed(0)} ms`
      } finally {
        house.close()
        site.close()
        await town.changeOperator((file) => Reflect.deleteProperty(file, 'public-checks'))
        await town.merge({ title: 'After the requests' }, 'success')
      }
    },
  },
]
