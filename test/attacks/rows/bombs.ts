import assert from 'node:assert/strict'
import type { Town } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'
import { slowestAnswerDuring } from '../health-watch.ts'

/** How long it may take until people are told, a busy machine and GitHub's own time included; how long anybody else may wait meanwhile. */
const refusedWithin = 30_000
const answersWithin = 1000

const laughs = (levels: number): string =>
  ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]']
    .concat(Array.from({ length: levels }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`))
    .join('\n')

/** Bombs that go off in any YAML file, whatever it should hold. */
const bombs: [what: string, text: string][] = [
  ['a billion laughs', `${laughs(12)}\n`],
  ['100,000 brackets deep', `a: ${'['.repeat(100_000)}\n`],
  ['5,000 levels deep', `${'- '.repeat(5000)}x\n`],
  ['3 MiB of one key', `a: ${'x'.repeat(3 * 1024 * 1024)}\n`],
  ['100,000 keys', `${Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n')}\n`],
  ['10,000 keys that are wrong', `${Array.from({ length: 10_000 }, (_, index) => `k${index}: [}`).join('\n')}\n`],
  ['an anchor that holds itself', 'a: &a [*a]\nb: *a\n'],
  ['200 KiB of quotes', `a: ${'"'.repeat(200 * 1024)}\n`],
]

export const yamlBombs: Attack[] = [
  {
    row: 'A12',
    tried: 'YAML bombs in landfall.yml',
    attempt: (town) => explode(town, bombs, (text) => ({ '.github/landfall.yml': text }), 'misconfigure'),
  },
  {
    row: 'A12',
    tried: 'YAML bombs in the Compose file',
    attempt: (town) => {
      const inside: [string, string][] = [
        ['deep interpolation', `services: { web: { image: "${'${X:-'.repeat(20_000)}x${'}'.repeat(20_000)}" } }\n`],
        ['30,000 variables nobody sets', `services: { web: { image: "${'${X}'.repeat(30_000)}" } }\n`],
        ['a file that includes itself', 'include: [compose.yml]\nservices: { web: { image: "x:${TAG}" } }\n'],
      ]
      return explode(town, [...bombs, ...inside], (text) => ({ 'compose.yml': text }), 'refuse')
    },
  },
  {
    row: 'A12',
    tried: 'an env file of 120,000 wrong lines',
    attempt: (town) => explode(town, [['wrong lines', 'x\n'.repeat(120_000)]], (text) => ({ 'deploy/production.env': text }), 'refuse'),
  },
  {
    row: 'A12',
    tried: 'a repository that unpacks to more than memory holds',
    attempt: (town) => {
      const million = '0123456789abcdef'.repeat(15 * 1024)
      const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`assets/${index}.txt`, `${index}\n${million}`]))
      const gone = Object.fromEntries(Object.keys(files).map((path) => [path, null]))
      return explode(town, [['70 MiB of small files', '']], () => files, 'refuse', gone)
    },
  },
]

/** Merges one bomb after another while somebody else keeps asking whether Landfall lives. @param end what a merge comes to */
async function explode(
  town: Town,
  list: [what: string, text: string][],
  filesOf: (text: string) => Record<string, string>,
  end: 'refuse' | 'misconfigure',
  after: Record<string, null> = {},
): Promise<string> {
  const before = await town.footprint()
  let slowest = 0
  const bang = async (what: string, text: string) => {
    const release = { title: what, build: false, files: filesOf(text) }
    const { merged } = end === 'refuse' ? await town.merge(release, 'failure') : await town.misconfigure(release)
    const took = performance.now() - merged.toldAt
    assert.ok(took < refusedWithin, `${what}: people were told after ${(took / 1000).toFixed(1)} s`)
    slowest = Math.max(slowest, took)
  }
  try {
    const worst = await slowestAnswerDuring(`${town.scenario.landfall.url}/healthz`, async () => {
      for (const [what, text] of list) await bang(what, text)
    })
    assert.ok(worst < answersWithin, `/healthz took ${worst.toFixed(0)} ms meanwhile`)
    assert.equal(await town.footprint(), before)
    return `${list.length} refused within ${(slowest / 1000).toFixed(1)} s; /healthz never took longer than ${worst.toFixed(0)} ms; deploys again`
  } finally {
    await town.merge({ title: 'After the bombs', files: after }, 'success')
  }
}
