import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandKinds } from '../../../src/domain/command.ts'
import { helpAnswer } from '../../../src/report/answers/help.ts'
import { anyText } from '../hostile.ts'

const rows = (answer: string) => answer.split('\n').filter((line) => line.startsWith('|'))

test('help is one table with each command, what it does and who may', () => {
  const [head, rule, ...commands] = rows(helpAnswer('i1', ['staging', 'production']))
  expect([head, rule]).toEqual(['| command | what it does | who may |', '|---|---|---|'])
  expect(commands.map((row) => /^\| `\/([a-z]+)/.exec(row)?.[1])).toEqual(commandKinds)
  expect(commands.every((row) => row.split('|').length === 5)).toBe(true)
})

test('help says who may, and where an environment has a say', () => {
  const answer = helpAnswer('i1', [])
  expect(answer).toContain(
    '| `/lock [environment or --all] [reason] [--for 2h]` | Holds back deployments by others and healing, until it is taken back or the time is over | anybody with write access |',
  )
  expect(answer).toContain(
    '| `/approve [environment]` | Agrees to exactly the commit that waits | whom the environment names, or else anybody with write access |',
  )
  expect(answer).toContain(
    '| `/status [environment]` | Says what runs where, since when and by whom, what is locked, and what waits for what | anybody with at least the triage role |',
  )
})

test('help names the environments there are, and whatever their names breaks nothing', () => {
  expect(helpAnswer('i1', ['staging', 'production'])).toContain('\n\nEnvironments here: staging, production.\n\n')
  expect(helpAnswer('i1', [])).not.toContain('Environments here')
  fc.assert(
    fc.property(anyText, (text) => {
      const answer = helpAnswer('i1', [text])
      return rows(answer).length === commandKinds.length + 2 && !/@(?!&#8203;)/.test(answer) && answer.length < 65_536
    }),
  )
})
