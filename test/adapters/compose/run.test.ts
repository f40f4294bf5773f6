import { closeSync, mkdtempSync, openSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { runChild } from '../../../src/adapters/compose/run.ts'

function givenProgram(): { folder: string; program: string } {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-run-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const program = join(folder, 'compose')
  writeFileSync(program, '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
  return { folder, program }
}

test('a program that cannot be started for a moment is started a moment later', async () => {
  const { folder, program } = givenProgram()
  // Somebody is still writing it: the kernel refuses to run it.
  const writing = openSync(program, 'a')
  const running = runChild(program, ['version'], folder)
  await pause(30)
  closeSync(writing)
  expect(await running).toEqual({ kind: 'exited', code: 0, stdout: 'version\n', stderr: '' })
})

test('one that is written for longer, or is not there, is said not to have started', async () => {
  const { folder, program } = givenProgram()
  expect(await runChild(join(folder, 'nothing'), [], folder)).toEqual({ kind: 'not-started', detail: expect.stringContaining('ENOENT') })
  const writing = openSync(program, 'a')
  expect(await runChild(program, [], folder)).toEqual({ kind: 'not-started', detail: expect.stringContaining('ETXTBSY') })
  closeSync(writing)
})
