import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { Town } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'

export const secret: Attack[] = [
  {
    row: 'A3',
    tried: 'starting with a missing, empty, default or short webhook secret',
    async attempt(town) {
      const secrets: [given: string | undefined, why: RegExp][] = [
        [undefined, /WEBHOOK_SECRET: is missing/],
        ['', /WEBHOOK_SECRET: is missing/],
        ['   ', /WEBHOOK_SECRET: is missing/],
        ['development', /WEBHOOK_SECRET: is the well-known default/],
        ['hunter2', /WEBHOOK_SECRET: is shorter than 20 characters/],
      ]
      const ends = await Promise.all(secrets.map(([given]) => start(town, given)))
      ends.forEach(({ code, said }, index) => {
        const [given, why = /./] = secrets[index] ?? []
        assert.equal(code, 1, `it went on with the secret ${JSON.stringify(given)}`)
        assert.match(said, why)
        assert.ok(!given?.trim() || given === 'development' || !said.includes(given), 'the message repeats the secret')
      })
      return `${ends.length} starts end with code 1 and say which variable is wrong`
    },
  },
]

/** Starts a second Landfall like the town's own but for its secret, and waits for its end. */
function start({ scenario }: Town, secret: string | undefined): Promise<{ code: number | string | undefined; said: string }> {
  const { WEBHOOK_SECRET: _own, ...others } = scenario.environment
  const env = { PATH: process.env.PATH ?? '', ...others, PORT: '0', ...(secret !== undefined && { WEBHOOK_SECRET: secret }) }
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main/serve.ts'], { env, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'it had to be stopped') : 0, said: `${stdout}${stderr}` }),
    )
  })
}
