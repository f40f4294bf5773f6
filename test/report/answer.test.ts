import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reason } from '../../src/domain/reason.ts'
import { commandAnswer, refusalAnswer } from '../../src/report/answer.ts'
import { deployment, plan, sha } from '../support/builders.ts'
import { anyDeployment, anyText, links } from './hostile.ts'

const back = plan({
  kind: 'rollback',
  hosts: [{ name: 'web-1', platform: 'linux/amd64', previous: { generation: 2, revision: sha('b') } }],
})
const rollback = deployment({ kind: 'rollback', plan: back, subject: 'Add carts' })
const commit = `[\`aaaaaaa\`](https://github.com/acme/shop/commit/${sha('a')})`

describe('the answer to /rollback', () => {
  test('while it runs says how far it is', () =>
    expect(commandAnswer({ ...rollback, state: 'pulling' }, links)).toBe(
      `<!-- landfall:answer:d1 -->\n🚚 **production is going back to aaaaaaa from bbbbbbb**\n\nPulling on web-1.\n\n<sub>${commit} · Add carts · rolled back by mona · [log](${links.log})</sub>\n`,
    ))

  test('in the end says what runs and how it was proved', () =>
    expect(
      commandAnswer(
        { ...rollback, state: 'succeeded', startedAt: '2026-11-21T10:00:00Z', finishedAt: '2026-11-21T10:00:04Z' },
        { github: 'https://github.com' },
      ),
    ).toBe(
      `<!-- landfall:answer:d1 -->\n↩️ **production went back to aaaaaaa from bbbbbbb**\n\naaaaaaa verified on web-1 in 4 s.\n\n<sub>${commit} · Add carts · rolled back by mona</sub>\n`,
    ))

  test('that was refused says why and what to do', () =>
    expect(
      commandAnswer(
        deployment({ kind: 'rollback', state: 'rejected', reason: reason('nothing-to-return-to', { environment: 'production' }) }),
        links,
      ),
    ).toContain(
      'There is no earlier verified release of production to go back to.\n\nRevert the commit and push: that deploys like any change.',
    ))

  test('always carries the same marker, so that it is edited and not repeated', () =>
    fc.assert(fc.property(anyDeployment, (any) => commandAnswer(any, links).startsWith('<!-- landfall:answer:d1 -->\n'))))

  test('rings for nobody and fits into a comment, whatever the words', () =>
    fc.assert(
      fc.property(anyDeployment, (any) => {
        const answer = commandAnswer(any, links)
        const ours = answer.replace(/^<!-- .* -->\n/, '').replaceAll(/<\/?sub>/g, '')
        return answer.length < 65_536 && !/[<>]/.test(ours) && !/@(?!&#8203;)/.test(ours)
      }),
    ))
})

describe('a refusal', () => {
  test('is one sentence', () =>
    expect(refusalAnswer('i1', ['There is no environment prod; there is production'])).toBe(
      '<!-- landfall:answer:i1 -->\n⛔ **Refused**\n\nThere is no environment prod; there is production.\n',
    ))
  test('or a list', () => expect(refusalAnswer('i1', ['One.', 'Two'])).toContain('- One.\n- Two.'))
  test('rings for nobody', () => fc.assert(fc.property(anyText, (text) => !/@(?!&#8203;)/.test(refusalAnswer('i1', [text, text])))))
})
