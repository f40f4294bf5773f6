import type { Problem } from '../../domain/problem.ts'
import type { Snapshot } from '../../flow/ports.ts'
import { unset, type Variables } from '../../plan/template.ts'
import type { EnvFile } from './source.ts'

/**
 * Variables that a service's own env file asks for and nobody gives. Compose interpolates these files by its own rules
 * (not in single quotes, not after a backslash) and puts nothing in the place of what is unset: half of a password is gone.
 */
export function checkEnvFiles(files: EnvFile[], snapshot: Snapshot, variables: Variables): Problem[] {
  const texts = files.filter((file) => !file.raw).map(({ source }) => ({ source, text: new TextDecoder().decode(snapshot.read(source)) }))
  // A value may use what stands above it, and what an earlier file has.
  const names = texts.flatMap(({ text }) => [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name = '']) => name))
  const known: Variables = new Map([...names.map((name): [string, string] => [name, 'set']), ...variables])
  return texts.flatMap(({ source, text }) => ofFile(source, text, known))
}

function ofFile(file: string, text: string, known: Variables): Problem[] {
  const interpolated = text
    .replace(/='[^']*'/g, blank)
    .replace(/^\s*#.*$/gm, blank)
    .replace(/\\\$/g, blank)
  return interpolated.split('\n').flatMap((line, index) =>
    unset(line, known).map(({ name, at }) => ({
      file,
      line: index + 1,
      column: at + 1,
      what: `variable ${name} is not set`,
      remedy: `Set ${name} in the environment's env file, or put the value in single quotes if a dollar is meant`,
    })),
  )
}

/** Out of sight without moving what follows. */
const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
