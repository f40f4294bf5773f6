import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A private folder for one rendering: secrets pass through it, so nobody else may look and nothing stays. */
export async function inWorkspace<T>(use: (folder: Workspace) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'landfall-compose-'))
  await chmod(root, 0o700)
  try {
    return await use({
      root,
      write: async (path, content) => {
        const target = join(root, path)
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await writeFile(target, content, { mode: 0o600 })
        return target
      },
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

export interface Workspace {
  root: string
  /** Writes a file at a path below the root, known to be contained. Returns where it is. */
  write(path: string, content: string | Uint8Array): Promise<string>
}
