import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { codeOf } from './error-code.ts'

/** The operator's file as a file, for the verbs that change it. */
export const inventoryFile = (file: string) => ({
  file,
  read: (): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  /** A Landfall that serves reads it at any moment: it is there whole, as it was or as it is. */
  write(text: string): void {
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o644
    const whole = `${file}.new`
    try {
      writeFileSync(whole, text, { mode })
      renameSync(whole, file)
    } catch (error) {
      rmSync(whole, { force: true })
      // A file that is mounted by itself, as into a container, keeps its place; only what is in it can be replaced.
      if (codeOf(error) !== 'EBUSY' && codeOf(error) !== 'EACCES') throw error
      writeFileSync(file, text)
    }
  },
})
