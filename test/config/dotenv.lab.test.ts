import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unwritable, writeDotenv } from '../../src/config/dotenv.ts'
import { prepareParts } from '../lab/parts.ts'

/** Many values in one run of Compose, since each run costs more than all of its values. */
const nasty = fc.string({ unit: fc.constantFrom(...'$${}#\'"\\`=:-?!%& \t\r\nnrt0xXüé😀\u0001\u007f\u0085\u2028\uFEFF') })
const values = fc.array(
  fc.oneof(
    nasty,
    fc.string({ unit: 'binary' }).filter((text) => unwritable('A', text) === undefined),
  ),
  { minLength: 200, maxLength: 400 },
)

test.each(['trixie', 'sid'] as const)('every value reaches the container byte for byte through Compose of Debian %s', async (engine) => {
  const { compose } = await prepareParts({ engine })
  const folder = await mkdtemp(join(tmpdir(), 'landfall-dotenv-'))
  await fc.assert(
    fc.asyncProperty(values, async (texts) => {
      const given = Object.fromEntries(texts.map((text, index) => [`V${index}`, text]))
      await writeFile(join(folder, '.env'), writeDotenv(Object.entries(given)))
      await writeFile(join(folder, 'compose.yml'), composeFile(Object.keys(given)))
      const { services } = await render(compose, folder)
      expect(services.file?.environment).toEqual(given)
      expect(services.interpolated?.environment).toEqual(given)
      expect(services.passed?.environment).toEqual(given)
    }),
    { numRuns: 8 },
  )
  await rm(folder, { recursive: true })
})

/** Values arrive in three ways: `env_file:`, `${X}` in a value, and a bare name that Compose fills. */
function composeFile(names: string[]): string {
  const interpolated = Object.fromEntries(names.map((name) => [name, `\${${name}}`]))
  return JSON.stringify({
    services: {
      file: { image: 'a', env_file: '.env' },
      interpolated: { image: 'a', environment: interpolated },
      passed: { image: 'a', environment: names },
    },
  })
}

async function render(compose: string, folder: string): Promise<{ services: Record<string, { environment: Record<string, string> }> }> {
  const args = ['--env-file', join(folder, '.env'), '-p', 'shop', '-f', join(folder, 'compose.yml'), 'config', '--format', 'json']
  const env = { PATH: '/usr/bin:/bin', HOME: folder }
  const { stdout } = await promisify(execFile)(compose, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 })
  // Compose doubles each dollar on output.
  return JSON.parse(stdout, (_key, value) => (typeof value === 'string' ? value.replaceAll('$$', '$') : value))
}
