import { posix } from 'node:path'
import type { Repository, Sha } from '../../domain/repository.ts'
import type { GitHub, Snapshot } from '../ports.ts'

/** Files of a repository at one commit, by path, as nobody has committed them yet. */
export interface Proposed {
  repository: Repository
  at: Sha
  files: ReadonlyMap<string, string>
}

/** GitHub as it would be if a commit held these files too: what comes of them is known before anybody sees them. */
export function withProposed(github: GitHub, { at, files }: Proposed): GitHub {
  const reading: Pick<GitHub, 'file' | 'folder' | 'snapshot'> = {
    async file(repository, path, ref) {
      return (ref === at ? files.get(path) : undefined) ?? github.file(repository, path, ref)
    },
    async folder(repository, path, ref) {
      const there = await github.folder(repository, path, ref)
      const added = ref === at ? [...files.keys()].filter((file) => file.startsWith(`${path}/`)) : []
      const entries = added.map((file) => {
        const [name = '', ...below] = posix.relative(path, file).split('/')
        return { kind: below.length > 0 ? ('folder' as const) : ('file' as const), name }
      })
      return [...new Map([...there, ...entries].map((entry) => [entry.name, entry])).values()]
    },
    async snapshot(repository, revision) {
      const there = await github.snapshot(repository, revision)
      return revision === at ? overlaid(there, files) : there
    },
  }
  return new Proxy(github, {
    get(target, key) {
      const own: unknown = Reflect.get(reading, key)
      const value: unknown = own ?? Reflect.get(target, key)
      return typeof value === 'function' && own === undefined ? value.bind(target) : value
    },
  })
}

const overlaid = (there: Snapshot, files: ReadonlyMap<string, string>): Snapshot => ({
  revision: there.revision,
  paths: () => [...new Set([...there.paths(), ...files.keys()])],
  read(path) {
    const text = files.get(path)
    return text === undefined ? there.read(path) : new TextEncoder().encode(text)
  },
})
