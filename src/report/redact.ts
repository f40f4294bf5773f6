/** Shorter values are words like "true" or "3000": masking them would make a log unreadable and hide nothing. */
const shortestSecret = 6

/** What looks like a credential wherever it stands. */
const patterns: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  [/\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16})\b/g, '[token]'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, '[token]'],
  [/\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, '$1[secret]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi, '$1[secret]@'],
  [/\b((?:password|passwd|secret|token|api[_-]?key)["']?\s*[=:]\s*["']?)[^\s"',;]+/gi, '$1[secret]'],
]

/**
 * A text of a host or container without secrets: the known values, longest first so that no rest of one remains, and
 * what looks like a credential.
 */
export function redact(text: string, known: readonly string[]): string {
  const values = [...new Set(known)].filter((value) => value.length >= shortestSecret).sort((a, b) => b.length - a.length)
  const masked = values.reduce((rest, value) => rest.replaceAll(value, '[secret]'), text)
  return patterns.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), masked)
}

/** Names under which people keep what must not be seen; others (hosts, modes, ports) stay readable in logs. */
const telling = /pass|secret|token|key|credential|auth|private|salt|dsn|cert|signature/i

/**
 * The values of an environment that must not appear anywhere. A URL counts for the password in it.
 *
 * @param secret names of those that came encrypted: they count whatever they are called
 */
export function secretValues(environment: ReadonlyMap<string, string>, secret: ReadonlySet<string> = new Set()): string[] {
  return [...environment].flatMap(([name, value]) => {
    if (secret.has(name) || telling.test(name)) return [value, ...value.split('\n')]
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s@]+)@/i.exec(value)?.[1]
    return password === undefined ? [] : [password]
  })
}
