import { randomUUID } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepareParts } from './parts.ts'

/** A clock of its own for a program that is started with this environment, and for what that program starts. */
export interface SkewedClock {
  environment: Record<string, string>
  /** From now on it is so many seconds ahead of this machine's (behind, if negative). Programs notice within a second. */
  ahead(seconds: number): Promise<void>
}

/** Its setting lies in a file of its own in the folder. Time that is only measured (`performance.now()`, timers) goes on as ever. */
export async function skewedClock(folder: string, seconds = 0): Promise<SkewedClock> {
  const { interposers } = await prepareParts({ interposers: true })
  const file = join(folder, `clock-${randomUUID()}`)
  const ahead = async (by: number): Promise<void> => {
    await writeFile(`${file}.new`, `${by < 0 ? '-' : '+'}${Math.abs(by)}s\n`)
    await rename(`${file}.new`, file)
  }
  await ahead(seconds)
  return {
    ahead,
    environment: {
      LD_PRELOAD: interposers?.clock ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
}
