import { afterEach, expect, test } from 'vitest'
import { type Answer, scripted } from './scripted.ts'

const repository = { owner: 'acme', name: 'shop', installation: 1 }
const listed = (number: number) => ({
  number,
  head: { ref: `branch-${number}`, sha: String(number).padStart(40, '0'), repo: { full_name: 'acme/shop' } },
  base: { ref: 'main' },
  updated_at: '2026-11-05T12:00:00Z',
})

let close = () => {}
afterEach(() => close())

/** Each of these pages is followed by the next; `asked` are the addresses. */
async function listing(pages: number[][]) {
  const asked: string[] = []
  const answer = (address: string): Answer | undefined => {
    if (!address.startsWith('/repos/acme/shop/pulls?')) return undefined
    asked.push(address)
    const query = new URLSearchParams(address.split('?')[1])
    const page = Number(query.get('page') ?? 1)
    query.set('page', String(page + 1))
    const next = { link: `</repos/acme/shop/pulls?${query}>; rel="next"` }
    return { body: (pages[page - 1] ?? []).map(listed), ...(page < pages.length && { headers: next }) }
  }
  const made = await scripted(answer)
  close = made.close
  return { asked, numbers: (await made.github.openPullRequests(repository)).map(({ number }) => number) }
}

const from = (first: number) => Array.from({ length: 25 }, (_, index) => first - index)

test('a hundred are read, in pages that are small enough to be remembered, and no more', async () => {
  const { asked, numbers } = await listing([from(500), from(475), from(450), from(425), from(400)])
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => 500 - index))
  expect(asked).toHaveLength(4)
  expect(asked[0]).toBe('/repos/acme/shop/pulls?state=open&sort=updated&direction=desc&per_page=25')
})

test('one that is pushed onto the next page while they are read is told once', async () => {
  const { numbers } = await listing([from(500), [476, 475, 474]])
  expect(numbers).toEqual([...from(500), 475, 474])
})

test('without any, one request', async () => {
  expect(await listing([])).toMatchObject({ numbers: [], asked: { length: 1 } })
})
