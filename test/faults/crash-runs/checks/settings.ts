import type { HostView } from '../evidence.ts'
import type { Violation } from './violation.ts'

/** A container that keeps running has read the files of the release that runs. */
export function checkSettings({ host: { settings } }: Pick<HostView, 'host'>): Violation[] {
  if (!settings) return []
  const { there, read, released } = settings
  const found = [
    ...(there === released ? [] : [`the host has the settings ${told(there)}, and the release that runs has ${told(released)}`]),
    ...(read === '' || read === there ? [] : [`the database read the settings ${told(read)}, and ${told(there)} is there`]),
  ]
  return found.map((what) => ({ invariant: 6, what }))
}

const told = (text: string): string => JSON.stringify(text.trim())
