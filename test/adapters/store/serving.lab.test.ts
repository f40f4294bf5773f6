import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openStore } from '../../../src/adapters/store/open.ts'

const said = z.object({ serves: z.boolean(), lease: z.int().optional(), why: z.string().optional() })
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

let folder: string
const started: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-store-'))
})
afterEach(async () => {
  for (const child of started.splice(0)) await kill(child)
  await rm(folder, { recursive: true })
})

/** Starts a process that serves from the folder, and what it said. */
async function serve(through: string[] = []): Promise<z.infer<typeof said> & { child: ChildProcess }> {
  const [command = '', ...words] = [...through, process.execPath, join(import.meta.dirname, 'serving.ts'), folder]
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(20_000) })
  return { ...said.parse(JSON.parse(line)), child }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('a second Landfall on a folder is refused and told who is there; commands go on; after kill -9 the next one serves at once', async () => {
  const first = await serve()
  expect(first).toMatchObject({ serves: true, lease: 1 })
  const second = await serve()
  expect(second.serves).toBe(false)
  expect(second.why).toMatch(
    new RegExp(`database in ${folder}: another Landfall serves from this folder \\(process ${first.child.pid} on ${hostname()} since 20`),
  )
  expect(second.why).toContain('Stop that one first')

  const command = await openStore({ kind: 'sqlite', folder }, silent)
  await command.ping()
  expect(await command.leases.claim('environment', 'a command', 60)).toBeUndefined()
  await command.close()
  expect((await serve()).serves).toBe(false) // what a command closes is not the lock

  await kill(first.child)
  // Its lease had an hour to go; the number says that it was taken over.
  expect(await serve()).toMatchObject({ serves: true, lease: 2 })
})

test('a stopped Landfall still holds its folder, until it is killed', async () => {
  const { child } = await serve()
  child.kill('SIGSTOP')
  expect((await serve()).why).toContain('one that is suspended has to go on or be killed')
  await kill(child)
  expect((await serve()).serves).toBe(true)
})

test('two containers, in each of which Landfall is process 1, cannot share a folder', async () => {
  const contained = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts']
  expect((await serve(contained)).serves).toBe(true)
  expect((await serve(contained)).why).toContain(`(process 1 on ${hostname()} since 20`)
})

test('a folder Landfall may not write says so', async () => {
  await chmod(folder, 0o755)
  const { why } = await serve(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'])
  expect(why).toContain(`database in ${folder}: cannot be opened: EACCES`)
  expect(why).toContain('that the user Landfall runs as may write there')
})

test('a store that was closed gives its folder back', async () => {
  const open = () => openStore({ kind: 'sqlite', folder }, silent, { serving: true })
  const store = await open()
  await expect(open()).rejects.toThrow(`another Landfall serves from this folder (process ${process.pid}`)
  await store.ping()
  await store.close()
  await (await open()).close()
})
