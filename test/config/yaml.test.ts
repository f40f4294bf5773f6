import { expect, test } from 'vitest'
import { good, parseProject, projectWith, told } from './given.ts'

test('a duplicate key is a problem, and does not hide the others', () => {
  const text = 'version: 1\nenvironments: { a: { branch: main, hosts: [h] } }\nversion: 1\nnotfy: []\n'
  expect(told(parseProject(text))).toEqual([
    '3:1 : the same key is written twice in one place',
    '4:1 notfy: unknown key "notfy" (did you mean "notify"?)',
  ])
})

test.each([
  ['an empty file', '', '1:1 : the file is empty'],
  ['only a comment', '# later\n', '1:1 : the file is empty'],
  ['a second document', `${projectWith({})}---\na: 1\n`, '3:1 : there is more than one YAML document'],
  [
    'a directive, which could change what words mean',
    `%YAML 1.1\n---\n${projectWith({})}`,
    '1:1 : YAML directives (`%`) are not supported',
  ],
  ['a merge key', 'a: &a {}\n<<: *a\n', '2:1 : merge keys (`<<`) are not supported'],
  ['a list as a key', '? [a, b]\n: 1\n', '1:3 : a key is not plain text'],
  ['a prototype', '__proto__: { version: 1 }\n', '1:1 : a key is not plain text'],
  ['a list at the top', '- version: 1\n', '1:1 : expected keys with their values, found a list'],
  ['an open bracket', 'environments: {\n', '2:1 : the indentation does not fit, or a bracket before it is not closed'],
  ['a tab', 'environments:\n\ta: 1\n', '2:1 : a tab is used for indentation'],
  ['text that begins with @', 'environments: @web\n', '1:15 : a value begins with, or contains, a character that means something to YAML'],
  ['a local tag', 'version: !js/eval 1\n', '1:10 : an anchor (`&`), alias (`*`) or tag (`!`) does not fit here'],
  ['an alias without an anchor', 'version: *v\n', '1:10 version: there is no anchor for this alias'],
])('%s', (_what, text, expected) => expect(told(parseProject(text))).toContain(expected))

test('an anchor may be used twice; what is wrong in it is shown where it is written', () => {
  const text = 'version: 1\nenvironments:\n  a: { branch: main, hosts: &hosts [h-1, H] }\n  b: { branch: main, hosts: *hosts }\n'
  expect(told(parseProject(text)).map((line) => line.split(' ')[0])).toEqual(['3:42', '3:42'])
})

test('lines count the same with Windows line ends and a byte order mark', () => {
  expect(told(parseProject('\uFEFFversion: 1\r\nenvironments: {}\r\nx: 1\r\n')).map((line) => line.split(' ')[0])).toEqual(['2:1', '3:1'])
})

test('a key is its text, also where YAML sees a number', () => {
  const environment = '{ branch: main, hosts: [h] }'
  const keys = ['007', '1e3', 'true', '"8"']
  const hosts = keys.map((key, index) => `  ${key}: ${environment.replace('[h]', `[h-${index}]`)}`)
  expect(Object.keys(good(parseProject(`version: 1\nenvironments:\n${hosts.join('\n')}\n`)).environments).sort()).toEqual([
    '007',
    '1e3',
    '8',
    'true',
  ])
})
