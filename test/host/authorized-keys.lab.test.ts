import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { installScript } from '../../src/host/bootstrap-script.ts'
import { retireScript } from '../../src/host/retire-script.ts'
import { prepareParts } from '../lab/parts.ts'

const { busybox } = await prepareParts()
const kinds: [name: string, shell: string[]][] = [
  ['sh', ['/bin/sh']],
  ['busybox ash', [busybox, 'ash']],
]
const ours = 'ssh-ed25519 AAAAours landfall'
const theirs = 'ssh-ed25519 AAAAtheirs mona\n'

describe.each(kinds)('keys of an account, in %s', (_name, [shell = '', ...words]) => {
  let folder: string
  let keys: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landfall-keys-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    keys = join(folder, 'authorized_keys')
  })
  const { username: user } = userInfo()
  const at = () => ({ user, root: join(folder, 'root'), shellPath: join(folder, 'landfall-shell'), authorizedKeys: keys, loginKey: ours })
  const scripts: Record<string, () => string> = {
    install: () => installScript({ ...at(), shell: '#!/bin/sh\n', signingKey: ours }),
    retire: () => retireScript({ ...at(), account: false, admin: user }),
  }
  const run = (script: string) => spawnSync(shell, [...words, '-s'], { input: script }).status

  test.each(Object.keys(scripts))('%s loses none of them where they cannot be read to their end', (which) => {
    writeFileSync(keys, theirs)
    // As grep does on a disk that fails; before its own, which busybox has built in.
    const failing = 'grep() { case $1 in -Fv) return 2 ;; *) command grep "$@" ;; esac; }\n'
    expect(run(`${failing}${scripts[which]?.()}`)).not.toBe(0)
    expect(readFileSync(keys, 'utf8')).toBe(theirs)
  })

  test('one comes beside the others once, and goes, also where it is the only one', () => {
    for (const others of [theirs, '']) {
      writeFileSync(keys, others)
      for (const _again of [1, 2]) expect(run(scripts.install?.() ?? '')).toBe(0)
      const added = readFileSync(keys, 'utf8')
        .split('\n')
        .filter((line) => line.includes('AAAAours'))
      expect([added.length, readFileSync(keys, 'utf8').startsWith(others)]).toEqual([1, true])
      expect([run(scripts.retire?.() ?? ''), readFileSync(keys, 'utf8')]).toEqual([0, others])
    }
  })
})
