import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { example } from './repository.ts'

/** The script that says whether an image has to be built. */
export const scriptPath = join(example, '.github/image-changed.mjs')

const functions = z.object({
  expression: z.custom<(pattern: string) => RegExp>((given) => typeof given === 'function'),
  running: z.custom<(environment: string) => Promise<string | undefined>>((given) => typeof given === 'function'),
})

/** What is in it, without running it. */
export const script = functions.parse(await import(pathToFileURL(scriptPath).href))
