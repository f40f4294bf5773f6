import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { endingOf } from '../../src/host/exit-codes.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-words-'))
const root = join(folder, 'root')
const canary = join(folder, 'canary')
mkdirSync(root)
afterAll(() => rmSync(folder, { recursive: true }))

const installed = await shells(folder)
const [debian] = installed
const { script } = debian

/** As sshd calls it for Landfall's key. */
function call(words: string, shell = debian, input: string | Buffer = '') {
  const result = spawnSync(shell.script, ['--root', root], {
    env: { PATH: shell.path, HOME: folder, SSH_ORIGINAL_COMMAND: words },
    input,
    cwd: folder,
  })
  return { ending: endingOf(result.status ?? -1), stdout: result.stdout.toString(), stderr: result.stderr.toString() }
}

describe.each(installed)('landfall-shell in $name', (shell) => {
  test('tells its version', () => {
    expect(call('version', shell)).toMatchObject({ ending: 'ok', stdout: '{"type":"version","shell":5}\n' })
  })

  test.each([
    ['a login without a command', ''],
    ['a shell', 'sh -c id'],
    ['a command behind a verb', `version; touch ${canary}`],
    ['a substitution', `version $(touch ${canary})`],
    ['backquotes', `version \`touch ${canary}\``],
    ['a second line', `version\ntouch ${canary}`],
    ['a redirection', `version >${canary}`],
    ['a pipe', `version | tee ${canary}`],
    ['a variable', 'inspect $HOME production'],
    ['file names', 'inspect * production'],
    ['scp', 'scp -t /tmp'],
    ['sftp', '/usr/lib/openssh/sftp-server'],
    ['internal sftp', 'internal-sftp'],
    ['rsync', 'rsync --server . /tmp'],
    ["an administrator's verb", 'rollback shop production'],
    ["another administrator's verb", 'status'],
    ['a hold from afar', 'hold shop production for-ever'],
    ['its lifting from afar', 'release shop production'],
    ['the inner call', '--work status'],
    ['another root', '--root /tmp version'],
    ['a limit that never ends', 'within 99999999 version'],
    ['a limit of letters', 'within ever version'],
    ['a folder above', 'inspect .. production'],
    ['a folder elsewhere', 'inspect /etc production'],
    ['a folder inside', 'inspect shop/other production'],
    ['an option as project', 'inspect -v production'],
    ['no environment', 'inspect shop'],
    ['a generation that is none', 'switch shop production 7a'],
    ['a generation with a sign', 'switch shop production -1'],
    ['generation nought', 'switch shop production 0'],
    ['an order without a turn', 'switch shop production 7'],
    ['a turn that is none', 'switch shop production 7 soon'],
    ['a turn that is too long to compare', 'switch shop production 7 1000000000'],
    ['a service that is an option', 'logs shop production --all 10'],
  ])('refuses %s', (_what, words) => {
    expect(call(words, shell).ending).toBe('usage')
    expect(existsSync(canary)).toBe(false)
  })
})

test('whatever a stolen key sends, nothing of it runs', () => {
  const pieces = fc.constantFrom(
    'version',
    'put',
    'hold',
    'switch',
    'shop',
    'production',
    '1',
    '..',
    '/',
    ' ',
    ';',
    '\n',
    '|',
    '&',
    '$(',
    ')',
    '`',
    "'",
    '"',
    '>',
    '<',
    '\\',
    '${IFS}',
    `touch ${canary}`,
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      call(parts.join(''))
      expect(existsSync(canary)).toBe(false)
    }),
    { numRuns: 25 },
  )
})

test('a hold is recorded and lifted by somebody on the host', () => {
  const onHost = (...words: string[]) => spawnSync(script, ['--root', root, ...words], { env: { PATH: process.env.PATH } }).status
  expect(onHost('hold', 'shop', 'production', 'the disk is being replaced')).toBe(0)
  expect(readFileSync(join(root, 'shop/production/hold'), 'utf8')).toBe('the disk is being replaced\n')
  expect(onHost('release', 'shop', 'production')).toBe(0)
  expect(existsSync(join(root, 'shop/production/hold'))).toBe(false)
  expect(readFileSync(join(root, 'shop/production/log'), 'utf8')).toMatch(/^\S+Z root hold - - held\n\S+Z root release - - released\n$/)
})

test('an order that nobody signed is refused before anything is read or written', () => {
  writeFileSync(join(root, 'allowed_signers'), '')
  const signature = Buffer.from('-----BEGIN SSH SIGNATURE-----\nnone\n-----END SSH SIGNATURE-----\n').toString('base64')
  const before = readdirSync(root)
  for (const input of ['', '\n', `${signature}\n${signature}\n-\nno archive`, `"${signature}\n`]) {
    expect(call('put toys production 1 1 60', debian, input)).toMatchObject({ ending: 'unsigned-order' })
  }
  expect(readdirSync(root)).toEqual(before)
})

test('without its folder it says what to do', () => {
  const result = spawnSync(script, ['--root', join(folder, 'nowhere')], {
    env: { PATH: process.env.PATH, SSH_ORIGINAL_COMMAND: 'hello' },
  })
  expect(endingOf(result.status ?? -1)).toBe('not-ready')
  expect(result.stderr.toString()).toContain('landfall host bootstrap')
})

test('what it leaves behind of a call is nothing', () => {
  call('version')
  expect(spawnSync('ls', ['-A', join(root, '.calls')]).stdout.toString()).toBe('')
})

test('its exit codes are those that Landfall knows', () => {
  const listed = [...readFileSync(script, 'utf8').matchAll(/\b([a-z_]+)=(\d+)(?= |\n)/g)]
    .filter(
      ([, name]) =>
        name !== undefined &&
        /^(ok|usage|bad_bundle|unknown_release|fenced|held|busy|docker_failed|pull_stalled|nothing_before|other_content|not_current|not_ready|other_environment|unsigned_order|docker_away)$/.test(
          name,
        ),
    )
    .map(([, name, code]) => [Number(code), name?.replaceAll('_', '-')])
  expect(listed.length).toBe(16)
  for (const [code, name] of listed) expect(endingOf(Number(code))).toBe(name)
})
