import type { Problem } from '../domain/problem.ts'

/** What goes into the `.env` of an environment on its hosts. */
export interface EnvironmentValues {
  all: Map<string, string>
  /** Names of those that are secret: their values must not be told anywhere, whatever they are called. */
  secret: ReadonlySet<string>
  /** Names of those that the operator's file leads to, in its order. */
  fromOperator: readonly string[]
}

/** The names that one place gives values to. */
export interface NamesFrom {
  file: string
  /** What stands before a name there: `repositories.acme/shop.secrets.production`. Absent: nothing does. */
  path?: string
  names: readonly string[]
  /** Whether everybody who reads the repository can read its values. */
  readable: boolean
}

/**
 * A problem for every name that several places give a value to: whichever counted, somebody would expect the other, and a readable value
 * beside a secret is mostly the old one, which somebody forgot to take out of Git. Told at the earlier of two places.
 */
export function namedTwice(places: readonly NamesFrom[]): Problem[] {
  return places.flatMap((place, index) =>
    places.slice(index + 1).flatMap((other) =>
      place.names
        .filter((name) => other.names.includes(name))
        .map((name): Problem => {
          const there = other.path === undefined ? other.file : `${other.file} (${other.path}.${name})`
          const remedy = place.readable
            ? 'Remove it here, and give it another value there if it ever was the secret: Git keeps what was here'
            : 'Remove it in one of the two places'
          return { file: place.file, path: name, what: `${name} is in ${there} as well`, remedy }
        }),
    ),
  )
}
