import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { read, stepWith, workflow } from '../example/repository.ts'
import { blocksOf, folder } from './page.ts'

const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
const source = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))

/** Everything that Landfall can say, with its variables as anything. */
const sayings = source(join(import.meta.dirname, '../../src')).join('\n')

/** Words of a page, where names of its example and `…` are what variables stand for. */
const spoken = (words: string): RegExp => {
  const names = /acme-bot|acme\/\w+|web-\d|\b(?:booking|web|root)\b|15 minutes|…/
  const parts = words.split(names).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(parts.join(String.raw`\$\{[^}]+\}`))
}

test('there are three ways in, and README leads to each', () => {
  expect(pages).toEqual(['from-actions.md', 'new-project.md', 'server-of-projects.md'])
  const readme = readFileSync(join(folder, '../../README.md'), 'utf8')
  expect(pages.filter((name) => !readme.includes(`(docs/first-day/${name})`))).toEqual([])
})

test.each(pages)('what %s says that one may see can be said', (name) => {
  const [, table = ''] = readFileSync(join(folder, name), 'utf8').split('## When it goes otherwise')
  const seen = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, words = '']) => words)
  expect(seen.length).toBeGreaterThan(4)
  expect(seen.filter((words) => !spoken(words).test(sayings))).toEqual([])
})

test('the workflow of a new project pushes the image that its landfall.yml waits for, with Actions as the example pins them', () => {
  const block = (path: string) =>
    blocksOf('new-project.md')
      .find(({ lines }) => lines[0] === `# ${path}`)
      ?.lines.join('\n') ?? ''
  const text = block('.github/workflows/build.yml')
  const { images } = z
    .object({ images: z.object({ web: z.object({ repository: z.string() }) }) })
    .parse(parse(block('.github/landfall.yml')))
  const shape = z.object({
    jobs: z.object({ image: z.object({ steps: z.array(z.object({ uses: z.string(), with: z.looseObject({}).optional() })) }) }),
  })
  const { steps } = shape.parse(parse(text)).jobs.image
  expect(steps.at(-1)?.with).toMatchObject({ tags: `${images.web.repository}:\${{ github.sha }}`, push: true })
  const example = workflow().jobs.image
  expect(steps.map(({ uses }) => uses)).toEqual(
    ['actions/checkout', 'docker/login-action', 'docker/build-push-action'].map((action) => stepWith(example, action).uses),
  )
  for (const line of text.split('\n').filter((one) => one.includes('uses:')))
    expect(read('.github/workflows/build.yml')).toContain(line.replace(/^\s*- /, ''))
})
