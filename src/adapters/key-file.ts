import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The text of a key file that only its owner can read; made with `create` on first use. Two processes that start at once
 * end with the same key: whoever links its file first wins. Throws when others can read an existing file.
 */
export async function keyFile(path: string, create: () => string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomUUID()}`
  if (!(await exists(path))) {
    await writeFile(fresh, create(), { mode: 0o600, flag: 'wx', flush: true })
    await link(fresh, path).catch(ignoring('EEXIST'))
    await unlink(fresh)
  }
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) throw new Error(`${path}: others can read this key. Run chmod 600 on it.`)
  return readFile(path, 'utf8')
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, ignoring('ENOENT'))

/** Answers false to an error of this code; throws any other. */
const ignoring =
  (code: string) =>
  (error: unknown): false => {
    if (error instanceof Error && 'code' in error && error.code === code) return false
    throw error
  }
