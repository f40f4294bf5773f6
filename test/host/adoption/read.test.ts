import { describe, expect, test } from 'vitest'
import { readFiles, readKnocks, readRehearsal, rehearseScript } from '../../../src/host/adoption/read.ts'
import { readTaken } from '../../../src/host/adoption/take.ts'

const dry = (...steps: string[]) => steps.map((step) => `compose  DRY-RUN MODE -  ${step}`).join('\n')

describe('what Compose would do', () => {
  test.each<[why: string, said: string, kept: string[]]>([
    ['what it names as running is kept', dry('Container a-db-1  Running', 'Container a-web-1  Running'), ['a-db-1', 'a-web-1']],
    [
      'what is made anew is not, also by the name it has meanwhile',
      dry(
        'Container a-db-1  Running',
        'Container a-web-1  Recreate',
        'Container a-web-1  Recreated',
        'Container 19c9342a658c_a-web-1  Starting',
      ),
      ['a-db-1'],
    ],
    [
      'what waits for others is kept',
      dry('Container a-db-1  Running', 'Container a-db-1  Waiting', 'Container a-db-1  Healthy'),
      ['a-db-1'],
    ],
    [
      'what has ended would be started by hand, and is as its files say',
      dry('Container a-once-1  Starting', 'Container a-once-1  Started'),
      ['a-once-1'],
    ],
    ['what is not understood is a restart', dry('Container a-web-1  Transmogrified'), []],
    ['what it says nothing of is not kept', dry('Network a_default  Creating'), []],
  ])('%s', (_why, said, kept) => expect(readRehearsal(said)).toMatchObject({ kept }))

  test('its complaint is for people, and the checkout is told', () => {
    const told = readRehearsal('compose yaml: line 3: did not find\norigin git@github.com:acme/shop.git\n')
    expect(told).toEqual({ kept: [], complaint: 'yaml: line 3: did not find', origin: 'git@github.com:acme/shop.git' })
  })

  test('is asked with every path as one word', () => {
    const script = rehearseScript({ project: 'a', folder: "/srv/it's here; rm -rf", files: ['/srv/x y.yml'], images: {} })
    expect(script).toContain(`--project-directory '/srv/it'\\''s here; rm -rf'`)
    expect(script).toContain(`-f '/srv/x y.yml'`)
  })
})

test('files come as they are, and those that are too large to be meant do not', () => {
  const line = (path: string, text: string) => `${Buffer.from(path).toString('base64')} ${Buffer.from(text).toString('base64')}`
  const read = readFiles([line('/a b/.env', 'A=ä\n'), line('/empty', ''), line('/large', 'x'.repeat(262_145)), ''].join('\n'))
  expect([...read]).toEqual([
    ['/a b/.env', 'A=ä\n'],
    ['/empty', ''],
  ])
})

test('a service is asked where it answered first', () => {
  const answers = [
    { service: 'web', port: 3000, path: '/health' },
    { service: 'web', port: 9000, path: '/' },
  ]
  expect(readKnocks(answers.map((one) => JSON.stringify(one)).join('\n')).get('web')).toEqual({ port: 3000, health: '/health' })
})

test('a folder is taken, or it is told why not', () => {
  expect(readTaken('taken\n')).toBeUndefined()
  expect(readTaken('refused /root belongs to the system\n')).toBe('/root belongs to the system')
  expect(readTaken('')).toBe('it did not come to its end')
})
