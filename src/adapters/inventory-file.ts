import { chownSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { codeOf } from './error-code.ts'

const inPlace: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'EPERM'])

/** The operator's file as a file, for the verbs that change it. */
export const inventoryFile = (file: string) => ({
  file,
  read: (): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  /**
   * A Landfall that serves reads it at any moment: it is there whole, as it was or as it is, with its owner, and where a link leads to it.
   *
   * @throws where neither it nor a copy beside it can be written
   */
  write(text: string): void {
    if (!existsSync(file)) {
      writeFileSync(file, text, { mode: 0o644 })
      return
    }
    const there = realpathSync(file)
    const { mode, uid, gid } = statSync(there)
    const whole = `${there}.${process.pid}.new`
    try {
      writeFileSync(whole, text, { mode: mode & 0o777 })
      chownSync(whole, uid, gid)
      renameSync(whole, there)
    } catch (error) {
      rmSync(whole, { force: true })
      // A file that is mounted by itself, as into a container, or that lies where nobody may add one, keeps its place: only what is in it
      // can be replaced. A disk without room must not cost what was in it.
      if (!inPlace.has(codeOf(error))) throw error
      const before = readFileSync(there)
      try {
        writeFileSync(there, text)
      } catch (failed) {
        writeFileSync(there, before)
        throw failed
      }
    }
  },
})
