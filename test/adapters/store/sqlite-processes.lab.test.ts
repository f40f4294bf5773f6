import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../../src/adapters/store/open.ts'

/** The answers of a process that accepts pushes and is killed right after the last answer. */
const inProcess = (folder: string, name: string): Promise<string[]> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [join(import.meta.dirname, 'process.ts'), folder, name], (_killed, stdout, stderr) =>
      stdout ? resolve(JSON.parse(stdout)) : reject(new Error(stderr)),
    )
  })

test('processes that start together on an empty folder share one database, and what they accepted survives their kill', async () => {
  for (let round = 0; round < 2; round += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-store-'))
    const answers = await Promise.all(['one', 'two', 'three'].map((name) => inProcess(folder, name)))
    expect(answers.map(([shared]) => shared).toSorted()).toEqual(['accepted', 'known', 'known'])
    for (const [, ...own] of answers) expect(own).toEqual(Array(9).fill('accepted'))
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const store = await openStore({ kind: 'sqlite', folder }, silent)
    expect(await store.intents.open()).toHaveLength(28)
    await store.close()
    await rm(folder, { recursive: true })
  }
})
