import type { Lock } from '../../../src/domain/gate.ts'
import { deployment } from '../../support/builders.ts'
import { links } from '../hostile.ts'

export const lock = (change: Partial<Lock> = {}): Lock => ({
  id: 'l1',
  repository: 'acme/shop',
  environment: 'production',
  person: 'mona',
  reason: 'database moves',
  since: '2026-11-21T10:00:00.000Z',
  ...change,
})

/** A deployment to be told of, with its commit's subject. */
export const subject = (change: Parameters<typeof deployment>[0] = {}) => ({
  deployment: deployment({ subject: 'Add carts', ...change }),
  links,
})

/** What stands beside the commit of `subject`. */
export const small = `[\`aaaaaaa\`](https://github.com/acme/shop/commit/${'a'.repeat(40)}) · Add carts · [\`log\`](${links.log})`

/** Whether Markdown made of foreign words rings for somebody, links, breaks out or does not fit into a comment. */
export function isHarmless(answer: string): boolean {
  const ours = answer.replace(/^<!-- [\w:./-]* -->\n/, '').replaceAll(/<\/?sub>/g, '')
  const bare = ours.replaceAll(/\]\(https:\/\/[^\s()<>]*\)/g, ']')
  return answer.length < 65_536 && !/[<>]/.test(ours) && !/@(?!&#8203;)|(?<!&)#(?=\d)|:\/\//.test(bare) && !/^\s*(#|```)/m.test(ours)
}
