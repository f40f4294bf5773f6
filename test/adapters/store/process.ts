import { openStore } from '../../../src/adapters/store/open.ts'
import { commit, push } from './records.ts'

/**
 * A process of its own for tests: opens SQLite in the folder given, accepts ten pushes, of which the first is the same in every
 * process, prints the answers, and dies without closing anything.
 */
const [folder = '', name = ''] = process.argv.slice(2)
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const store = await openStore({ kind: 'sqlite', folder }, silent)
const answers = []
for (const digit of '0123456789') {
  const ref = digit === '0' ? 'refs/heads/shared' : `refs/heads/${name}`
  answers.push(await store.intents.accept(push({ id: `${name}-${digit}`, ref, after: commit(digit) })))
}
process.stdout.write(JSON.stringify(answers), () => process.kill(process.pid, 'SIGKILL'))
