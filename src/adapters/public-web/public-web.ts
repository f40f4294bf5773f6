import { lookup as systemLookup } from 'node:dns/promises'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { PublicWeb } from '../../flow/ports.ts'
import type { UrlAnswer } from '../../policy/url-check.ts'
import { messageOf } from '../message-of.ts'
import { mayBeAsked } from './addresses.ts'

export interface PublicWebOptions {
  /** Ranges that may be asked although they are not public; read each time, so that a reloaded operator's file counts at once. */
  allow: () => readonly string[]
  /** All addresses of a name; the system's resolver where absent. */
  resolve?: (name: string) => Promise<string[]>
  /** Authorities that are trusted for TLS instead of the usual ones. */
  ca?: string
  /** For one request, from the name to the end of the body. */
  seconds?: number
}

const mostBytes = 64 * 1024

/** Asks web addresses that repositories write, without letting them reach what only this machine can. */
export function publicWeb({ allow, resolve = systemResolve, ca, seconds = 10 }: PublicWebOptions): PublicWeb {
  /** Where a name leads, once and for all of one request. */
  async function whereTo(target: URL, signal: AbortSignal): Promise<{ addresses: string[]; closed?: string }> {
    const addresses = await unless(signal, resolve(nameOf(target)))
    // One that may not be asked among others that may is how a name is bent: then none of them is.
    const bad = addresses.find((address) => !mayBeAsked(address, allow()))
    return { addresses, ...(bad !== undefined && { closed: `${target.hostname} leads to ${bad}, which is not a public address` }) }
  }

  return {
    async closed(url, signal) {
      const late = AbortSignal.timeout(seconds * 1000)
      try {
        return (await whereTo(new URL(url), AbortSignal.any([signal, late]))).closed
      } catch {
        signal.throwIfAborted()
        return undefined
      }
    },

    async get(url, signal) {
      const late = AbortSignal.timeout(seconds * 1000)
      const until = AbortSignal.any([signal, late])
      try {
        const target = new URL(url)
        const { addresses, closed } = await whereTo(target, until)
        if (closed !== undefined) return { kind: 'refused', detail: closed }
        const [address] = addresses
        if (address === undefined) return { kind: 'broken', detail: `${target.hostname} has no address` }
        return await request(target, address, until, ca)
      } catch (error) {
        signal.throwIfAborted()
        return { kind: 'broken', detail: late.aborted ? `no answer within ${seconds} s` : messageOf(error) }
      }
    },
  }
}

const systemResolve = async (name: string): Promise<string[]> => (await systemLookup(name, { all: true })).map(({ address }) => address)

/** The resolver cannot be stopped; it is not waited for any longer. */
const unless = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((settle, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(settle, reject)
  })

/** Its host; an IPv6 address without the brackets it has in a URL. */
const nameOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** To this very address, under the name of the URL. With an agent of its own: the process's may go through a proxy. */
function request(target: URL, address: string, signal: AbortSignal, ca: string | undefined): Promise<UrlAnswer> {
  const secure = target.protocol === 'https:'
  const name = nameOf(target)
  const options = {
    ...{ host: address, port: target.port === '' ? (secure ? 443 : 80) : Number(target.port), path: target.pathname + target.search },
    ...{ headers: { host: target.host, 'user-agent': 'landfall', accept: '*/*', connection: 'close' }, signal },
  }
  return new Promise((settle, reject) => {
    const answered = (response: IncomingMessage) => read(response).then(settle, reject)
    // A certificate for an address is looked for by the address itself: there is no server name then.
    const asked = secure
      ? https.get(
          { ...options, agent: new https.Agent(), servername: isIP(name) === 0 ? name : '', ...(ca !== undefined && { ca }) },
          answered,
        )
      : http.get({ ...options, agent: new http.Agent() }, answered)
    asked.on('error', reject)
  })
}

async function read(response: IncomingMessage): Promise<UrlAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop cuts the connection.
    if (size >= mostBytes) break
  }
  return { kind: 'answered', status: response.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8') }
}
