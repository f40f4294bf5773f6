export interface Answered {
  status: number
  headers: Headers
  text: string
  /** Where it leads; empty where nowhere. It is not followed. */
  location: string
}

/** Somebody's browser, as far as cookies and forms go; without any cookie at first. */
export interface Browser {
  cookies: Map<string, string>
  get(path: string): Promise<Answered>
  /** A form as the browser sends it from one of Landfall's own pages, unless it is told otherwise. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answered>
  request(method: string, path: string, more?: { headers?: Record<string, string>; body?: string }): Promise<Answered>
}

/** @param at where Landfall listens @param own its address as people know it */
export function openBrowser(at: string, own = at): Browser {
  const cookies = new Map<string, string>()
  const browser: Browser = {
    cookies,
    get: (path) => browser.request('GET', path),
    post: (path, fields, headers = {}) =>
      browser.request('POST', path, {
        headers: { origin: own, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    async request(method, path, { headers = {}, body } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(`${at}${path}`, {
        method,
        redirect: 'manual',
        headers: { ...(cookie !== '' && { cookie }), ...headers },
        ...(body !== undefined && { body }),
      })
      for (const line of answer.headers.getSetCookie()) keep(cookies, line)
      const { status, headers: answered } = answer
      return { status, headers: answered, text: await answer.text(), location: answered.get('location') ?? '' }
    },
  }
  return browser
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (/max-age=0/i.test(line)) cookies.delete(name)
  else cookies.set(name, value)
}

/** The sealed ask of a button with these words on a page. */
export function askOf(page: string, words: string): string {
  const [, ask] = new RegExp(`name="ask" value="([^"]+)"><button[^>]*>${words}`).exec(page) ?? []
  if (ask === undefined) throw new Error(`there is no button "${words}" on the page`)
  return ask
}
