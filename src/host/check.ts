import { z } from 'zod'
import { base64Text, parseLine } from './output.ts'

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('disk'), of: z.enum(['docker', 'releases']), free: z.int() }),
  z.object({ type: z.literal('clock'), seconds: z.int() }),
  z.object({ type: z.literal('signers'), text: base64Text }),
  z.object({ type: z.literal('hold'), project: z.string(), environment: z.string(), why: base64Text }),
])

/** What a host told of itself beside Docker. */
export interface HostCheck {
  /** MiB that are free where Docker keeps images, and where releases are kept. */
  free: { docker: number; releases: number }
  /** Its clock, in seconds since 1970. */
  seconds: number
  /** Text of its `allowed_signers`. */
  signers: string
  holds: { project: string; environment: string; why: string }[]
}

/** Reads the output of `check`. Throws on anything that landfall-shell does not say. */
export function readCheck(stdout: string): HostCheck {
  const check: HostCheck = { free: { docker: 0, releases: 0 }, seconds: 0, signers: '', holds: [] }
  for (const text of stdout.split('\n').filter((one) => one !== '')) {
    const { type, ...told } = parseLine(line, text)
    if ('of' in told) check.free[told.of] = told.free
    if ('seconds' in told) check.seconds = told.seconds
    if ('text' in told) check.signers = told.text
    if ('why' in told) check.holds.push(told)
  }
  return check
}

const tried = z.object({ type: z.literal('registry'), images: z.int() })

/** How many images the host's Docker found in a registry when it was tried; 0: it logged in there. */
export function readRegistryTried(stdout: string): number {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return parseLine(tried, last).images
}
