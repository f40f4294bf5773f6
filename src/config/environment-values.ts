import type { Parsed, Problem } from '../domain/problem.ts'

/** What goes into the `.env` of an environment on its hosts. */
export interface EnvironmentValues {
  all: Map<string, string>
  /** Names of those that came encrypted: their values must not be told anywhere, whatever they are called. */
  secret: ReadonlySet<string>
}

/** The values of a file, and which file that is. */
export interface ValuesFrom {
  file: string
  values: ReadonlyMap<string, string>
}

/**
 * Brings readable and encrypted values together. A name in both is refused: a readable value beside a secret is mostly the old one, which
 * somebody forgot to take out of Git, and whichever counted, somebody would expect the other. Only a way back takes the secret one: the
 * older release had the value where it could be read.
 */
export function mergeValues(
  readable: ValuesFrom | undefined,
  secrets: ValuesFrom | undefined,
  { back = false }: { back?: boolean } = {},
): Parsed<EnvironmentValues> {
  const [open, hidden] = [readable?.values ?? new Map<string, string>(), secrets?.values ?? new Map<string, string>()]
  const both = back ? [] : [...hidden.keys()].filter((name) => open.has(name))
  if (both.length > 0 && readable && secrets) {
    const problems = both.map((name): Problem => {
      const remedy = `Remove it here, and give it another value there if it ever was the secret: Git keeps what was here`
      return { file: readable.file, path: name, what: `${name} is in ${secrets.file} as well`, remedy }
    })
    return { kind: 'invalid', problems }
  }
  return { kind: 'ok', value: { all: new Map([...open, ...hidden]), secret: new Set(hidden.keys()) } }
}
