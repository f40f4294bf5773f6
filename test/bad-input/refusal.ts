import { expect } from 'vitest'
import { unmarked } from '../lab/landfall/reading.ts'
import type { Merged, Release } from '../lab/landfall/shop.ts'
import { readPage, type Town } from '../lab/landfall/town.ts'

/** Where people are told of it; each must say the same. */
export interface Told {
  /** In the commit status, or the title of the check of a file that cannot be read. */
  status: RegExp
  /** In a comment on the pull request, where there has to be one. */
  comment?: RegExp
  /** On the deployment's page. */
  page?: RegExp
}

/** Merges something bad and expects that people are told where they look, and that the host is left as it was. */
export async function expectRefusal(town: Town, release: Release, { status, comment, page }: Told): Promise<void> {
  const before = await town.footprint()
  const { merged, status: shown } = await town.merge(release, 'failure')
  expect(shown.description).toMatch(status)
  if (comment) await expectComment(town, merged, comment)
  if (page) expect(await readPage(shown.targetUrl)).toMatch(page)
  expect(await town.footprint()).toBe(before)
}

/** The same of a landfall.yml, whose problems stand at their lines as well. */
export async function expectMisconfiguration(
  town: Town,
  release: Release,
  { status, comment, line }: Told & { line: number },
): Promise<void> {
  const before = await town.footprint()
  const { merged, check } = await town.misconfigure(release)
  expect(check.output.title).toMatch(status)
  expect(check.output.annotations).toContainEqual(
    expect.objectContaining({ path: '.github/landfall.yml', start_line: line, annotation_level: 'failure' }),
  )
  if (comment) await expectComment(town, merged, comment)
  expect(await town.footprint()).toBe(before)
}

async function expectComment({ shop }: Town, { pullRequest }: Merged, says: RegExp): Promise<void> {
  expect(unmarked((await shop.repository.waitForComment(pullRequest, /landfall/)).body)).toMatch(says)
}

/** A good merge deploys as ever, and the stand-in has nothing to say against any request so far. */
export async function expectAllIsWell(town: Town): Promise<void> {
  await town.merge({ title: 'Something good' }, 'success')
  const ready = await fetch(`${town.scenario.landfall.url}/readyz`)
  expect(await ready.text()).toBe('database: ok\nqueue: ok\n')
  town.scenario.github.assertFaithful()
}
