import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { good, parseProject, projectWith, told } from './given.ts'

const parsed = (text: string) => parseProject(projectWith({ environment: `files: ${text}` }))
const files = (text: string) => good(parsed(text)).environments.production?.files
const refusal = (text: string) => told(parsed(text)).map((line) => line.replace(/^\S+ environments\.production\./, ''))
const entry = (more: string) => `[{ from: deploy/nginx, to: nginx, service: proxy${more && `, ${more}`} }]`
const plain = { from: 'deploy/nginx', to: 'nginx', service: 'proxy', within: 30 }

test.each([
  ['a folder', entry(''), plain],
  ['slashes and dots that say nothing', '[{ from: ./deploy/nginx/, to: ./nginx, service: proxy }]', plain],
  [
    'a folder that a file goes into',
    '[{ from: nginx.conf, to: conf/, service: proxy }]',
    { ...plain, from: 'nginx.conf', to: 'conf', into: true },
  ],
  [
    'lines of words',
    entry('check: nginx  -t, reload: nginx -s reload, within: 5s'),
    { ...plain, check: ['nginx', '-t'], reload: ['nginx', '-s', 'reload'], within: 5 },
  ],
  [
    'lists of words that may hold anything',
    entry(`reload: [sh, -c, 'kill -HUP "$(cat /p)"']`),
    { ...plain, reload: ['sh', '-c', 'kill -HUP "$(cat /p)"'] },
  ],
  ['a service that looks by itself', entry('reload: false'), { ...plain, reload: [] }],
])('understands %s', (_why, text, expected) => expect(files(text)).toEqual([expected]))

test.each([
  ['none', '[]', 'files: there are no files'],
  [
    'a folder above',
    '[{ from: deploy/nginx, to: ../nginx, service: proxy }]',
    'files[0].to: this is not a place inside the project folder of hosts',
  ],
  [
    'the whole folder',
    '[{ from: deploy/nginx, to: ., service: proxy }]',
    'files[0].to: this is not a place inside the project folder of hosts',
  ],
  [
    'an absolute place',
    '[{ from: deploy/nginx, to: /etc/nginx, service: proxy }]',
    'files[0].to: this is not a place inside the project folder of hosts',
  ],
  [
    'the values',
    '[{ from: deploy/nginx, to: .env, service: proxy }]',
    'files[0].to: this is not a place inside the project folder of hosts',
  ],
  ['a source outside', '[{ from: ../nginx, to: nginx, service: proxy }]', 'files[0].from: this is not a path inside the repository'],
  [
    'what a shell would read',
    entry('check: "nginx -t && true"'),
    'files[0].check: no shell reads this, so quotes, variables and the like have no meaning here',
  ],
  ['no words', entry('check: []'), 'files[0].check: this command has no words, or more than 50'],
  ['a command that is none', entry('check: 3'), 'files[0].check: this is not a command'],
  ['a reload that does not say how', entry('reload: true'), 'files[0].reload: this does not say how'],
  ['a time for nothing', entry('reload: false, within: 5s'), 'files[0].within: nothing is run'],
])('refuses %s', (_why, text, expected) => expect(refusal(text)).toEqual([expected]))

test('two entries that lie in one place are refused at the second', () => {
  const two = (to: string) => `[{ from: a, to: nginx, service: proxy }, { from: b, to: ${to}, service: proxy }]`
  expect(refusal(two('nginx/tls'))).toEqual(['files[1].to: this lies in one place with "nginx" above'])
  expect(refusal(two('nginx-2'))).toEqual([])
})

test('whatever is written, nothing is read outside of the repository, and nothing is put outside of the project folder', () => {
  const pieces = fc.constantFrom('..', '.', '', 'nginx', '.env', '~', '-v', '\\', '$HOME', 'a b', '\n', '…')
  const path = fc.oneof(
    fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join('/')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const isBelow = (written: string) => !posix.isAbsolute(written) && !`${posix.normalize(written)}/`.startsWith('../')
  let put = 0
  fc.assert(
    fc.property(path, path, (from, to) => {
      const found = parsed(JSON.stringify([{ from, to, service: 'proxy' }]))
      for (const rule of found.kind === 'ok' ? (found.value.environments.production?.files ?? []) : []) {
        put += 1
        expect([isBelow(rule.from), isBelow(rule.to)]).toEqual([true, true])
        expect(rule.to).toMatch(/^[A-Za-z0-9._/-]+$/)
        expect(['.', '.env']).not.toContain(posix.normalize(rule.to))
      }
    }),
    { numRuns: 100, seed: 24 },
  )
  expect(put).toBeGreaterThan(0)
})
