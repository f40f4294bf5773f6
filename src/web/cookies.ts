import type { IncomingMessage, ServerResponse } from 'node:http'

/** One cookie of this server, which scripts cannot read and other sites' forms do not send. */
export interface Cookie {
  of(request: IncomingMessage): string | undefined
  set(response: ServerResponse, value: string, seconds: number): void
  clear(response: ServerResponse): void
}

/**
 * Over https its name begins with `__Host-`: browsers then take it from this host alone and over https alone, so that nobody who
 * has a neighbouring name can plant one. Two of one name are none: the browser does not say which of them is ours.
 */
export function cookie(name: string, secure: boolean): Cookie {
  const full = secure ? `__Host-${name}` : name
  const write = (response: ServerResponse, value: string, seconds: number) => {
    const parts = [`${full}=${value}`, 'Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Lax', ...(secure ? ['Secure'] : [])]
    response.appendHeader('set-cookie', parts.join('; '))
  }
  return {
    of(request) {
      const given = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
      const [own, ...doubled] = given.filter((pair) => pair.startsWith(`${full}=`))
      return doubled.length > 0 ? undefined : own?.slice(full.length + 1)
    },
    set: write,
    clear: (response) => write(response, '', 0),
  }
}
