/** How a registry wants to be spoken to, from its WWW-Authenticate header. */
export type Challenge = { kind: 'basic' } | { kind: 'bearer'; realm: string; service?: string; scope?: string } | { kind: 'unknown' }

/** Reads the header (RFC 9110, section 11.6.1); of several challenges the first known one counts, Bearer before Basic. */
export function readChallenge(header: string | null): Challenge {
  const bearer = /\bbearer\s+((?:[a-z_]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]+)\s*,?\s*)+)/i.exec(header ?? '')
  if (bearer?.[1]) {
    const parameters = new Map<string, string>()
    for (const [, name, quoted, plain] of bearer[1].matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/gi)) {
      parameters.set((name ?? '').toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
    }
    const [realm, service, scope] = [parameters.get('realm'), parameters.get('service'), parameters.get('scope')]
    if (realm) return { kind: 'bearer', realm, ...(service ? { service } : {}), ...(scope ? { scope } : {}) }
  }
  return /\bbasic\b/i.test(header ?? '') ? { kind: 'basic' } : { kind: 'unknown' }
}
