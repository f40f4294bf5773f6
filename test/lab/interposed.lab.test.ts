import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failingDisk } from './failing-disk.ts'
import { skewedClock } from './skewed-clock.ts'
import { smallDisk } from './small-disk.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-interposed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A Node that runs what it is told line by line and says what came of it. */
function talker(environment: Record<string, string>, through: string[] = []) {
  const script = `require('readline').createInterface({input:process.stdin}).on('line',async(line)=>{
    try{console.log('='+await eval(line))}catch(error){console.log(error.code||error.message)}})`
  const [command = '', ...words] = [...through, process.execPath, '-e', script]
  const child = spawn(command, words, { env: { PATH: process.env.PATH ?? '', ...environment }, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? 0,
    async says(line: string): Promise<string> {
      child.stdin.write(`${line}\n`)
      return String((await lines.next()).value)
    },
    async end() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('a clock of one’s own jumps forth and back, what is measured does not', async () => {
  const clock = await skewedClock(folder, 600)
  const node = talker(clock.environment)
  const off = async () => Math.round((Number((await node.says('Date.now()')).slice(1)) - Date.now()) / 60_000)
  expect(await off()).toBe(10)
  const measured = Number((await node.says('performance.now()')).slice(1))
  await clock.ahead(-600)
  await expect.poll(off, { timeout: 5000 }).toBe(-10)
  expect(Number((await node.says('performance.now()')).slice(1)) - measured).toBeLessThan(10_000)
  await node.end()
})

test('a disk fails for one process and is mended', async () => {
  const disk = await failingDisk(folder)
  const node = talker(disk.environment)
  const write = () =>
    node.says(`{const f=require('fs');const d=f.openSync(${JSON.stringify(join(folder, 'x'))},'a');f.fsyncSync(d);f.closeSync(d)}`)
  expect(await write()).toBe('=undefined')
  await disk.fail(node.pid)
  expect(await write()).toBe('EIO')
  await disk.mend(node.pid)
  expect(await write()).toBe('=undefined')
  await node.end()
})

test('a small disk is full for those who are started through it, and gives back what was written', async () => {
  const data = await mkdtemp(join(folder, 'data-'))
  await writeFile(join(data, 'before'), 'here already')
  const disk = await smallDisk(data, 1)
  const node = talker({}, disk.through)
  const write = (name: string) => node.says(`require('fs').writeFileSync(${JSON.stringify(join(data, name))},'x'.repeat(9000))`)
  expect(await write('first')).toBe('=undefined')
  expect(existsSync(join(data, 'first'))).toBe(false)
  await disk.fill()
  expect(await write('second')).toBe('ENOSPC')
  await disk.clear()
  expect(await write('third')).toBe('=undefined')
  await node.end()
  await disk.stop()
  expect(await readFile(join(data, 'before'), 'utf8')).toBe('here already')
  expect(existsSync(join(data, 'third'))).toBe(true)
  expect(existsSync(join(data, '.small-disk'))).toBe(false)
})
