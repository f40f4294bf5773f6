import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import fc from 'fast-check'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { readTarball } from '../../../src/adapters/github/snapshot.ts'

interface Entry {
  name: string
  type: 'file' | 'symlink' | 'link' | 'directory'
  content: string
}

/** A tarball as somebody might forge it: the names go in as they are. */
function tarball(entries: Entry[]): Readable {
  const archive = pack()
  for (const { name, type, content } of entries)
    archive.entry({ name, type, ...(type.endsWith('link') && { linkname: content }) }, type === 'file' ? content : '')
  archive.finalize()
  return Readable.from(archive).pipe(createGzip())
}

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('conf', 'compose.yml', '.env', 'a b', '-x') },
  { weight: 2, arbitrary: fc.constantFrom('..', '.', '', '...', '\\..', '~') },
)
const entry: fc.Arbitrary<Entry> = fc.record({
  name: fc
    .array(segment, { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join('/'))
    .filter((name) => name !== ''),
  type: fc.constantFrom('file', 'file', 'symlink', 'link', 'directory'),
  content: fc.constantFrom('secret', '/etc/passwd', '../../../etc/passwd'),
})

test('whatever a tarball holds, no path leads out of the repository, and links are not there at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const snapshot = await readTarball('a'.repeat(40), tarball(entries))
      const files = new Map(entries.flatMap(({ name, type, content }) => (type === 'file' ? [[name, content]] : [])))
      for (const path of snapshot.paths()) {
        expect(path.split('/').filter((part) => ['', '.', '..'].includes(part))).toEqual([])
        const there = Buffer.from(snapshot.read(path) ?? []).toString()
        expect([...files].filter(([name]) => name.split('/').slice(1).join('/') === path).map(([, content]) => content)).toContain(there)
      }
    }),
  )
})

test('files are read below the top folder of the archive', async () => {
  const snapshot = await readTarball(
    'a'.repeat(40),
    tarball([
      { name: 'acme-shop-aaaa/', type: 'directory', content: '' },
      { name: 'acme-shop-aaaa/deploy/production.env', type: 'file', content: 'GREETING=hello\n' },
      { name: 'acme-shop-aaaa/compose.yml', type: 'symlink', content: '/etc/passwd' },
    ]),
  )
  expect(snapshot.paths()).toEqual(['deploy/production.env'])
  expect(Buffer.from(snapshot.read('deploy/production.env') ?? []).toString()).toBe('GREETING=hello\n')
})
