import { afterEach, expect, test } from 'vitest'
import { reducedPulls } from '../../../src/adapters/github/pull-facts.ts'
import { type Answer, scripted } from './scripted.ts'

const repository = { owner: 'acme', name: 'shop', installation: 1 }
/** The higher its number, the later it changed. */
const changedAt = (number: number): string => new Date(Date.UTC(2026, 10, 5) + number * 60_000).toISOString()
const listed = (number: number) => ({
  number,
  head: { ref: `branch-${number}`, sha: String(number).padStart(40, '0'), repo: { full_name: 'acme/shop' } },
  base: { ref: 'main' },
  updated_at: changedAt(number),
})

let close = () => {}
afterEach(() => close())

/** Each of these pages is followed by the next; `asked` are the addresses. */
async function listing(pages: number[][], since: number) {
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
  return { asked, numbers: (await made.github.openPullRequests(repository, changedAt(since))).map(({ number }) => number) }
}

const from = (first: number) => Array.from({ length: 10 }, (_, index) => first - index)
const hundreds = Array.from({ length: 12 }, (_, index) => from(500 - index * 10))

test('where nothing changed since, one small page is all that is asked for, however many are open', async () => {
  const { asked, numbers } = await listing(hundreds, 500)
  expect(numbers).toEqual([500])
  expect(asked).toEqual(['/repos/acme/shop/pulls?state=open&sort=updated&direction=desc&per_page=10'])
})

test('further pages are asked for as long as they are newer', async () => {
  const { asked, numbers } = await listing(hundreds, 475)
  expect(numbers).toEqual(Array.from({ length: 26 }, (_, index) => 500 - index))
  expect(asked).toHaveLength(3)
})

test('of more than a hundred that changed the newest are read, and no more', async () => {
  const { asked, numbers } = await listing(hundreds, 0)
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => 500 - index))
  expect(asked).toHaveLength(10)
})

test('one that is pushed onto the next page while they are read is told once', async () => {
  const { numbers } = await listing([from(500), [491, 490, 489]], 0)
  expect(numbers).toEqual([...from(500), 490, 489])
})

test('without any, one request', async () => {
  expect(await listing([], 0)).toMatchObject({ numbers: [], asked: { length: 1 } })
})

const bytes = (body: unknown) => new TextEncoder().encode(JSON.stringify(body))
const list = 'https://api.example.com/repos/acme/shop/pulls?state=open'

test('of lists of pull requests only what is read is kept', () => {
  const whole = { ...listed(7), title: 'x'.repeat(20_000), head: { ...listed(7).head, label: 'acme:branch-7' } }
  expect(JSON.parse(new TextDecoder().decode(reducedPulls(list, bytes([whole]))))).toEqual([listed(7)])
  for (const [url, body] of [
    ['https://api.example.com/repos/acme/shop/pulls/7', whole],
    [list, { message: 'no list' }],
  ] as const)
    expect(reducedPulls(url, bytes(body))).toEqual(bytes(body))
})
