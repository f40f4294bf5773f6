import { once } from 'node:events'
import { IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'
import { z } from 'zod'

/** One bounded answer of a registry. */
export interface Answer {
  status: number
  headers: Headers
  body: Uint8Array<ArrayBuffer>
}

export type Exchange = { kind: 'answered'; answer: Answer } | { kind: 'broken'; detail: string }

export interface Limits {
  /** For one request, its body included. */
  milliseconds: number
  bytes: number
}

/** Registries answer in well under a second; a manifest has some kilobytes. */
export const usualLimits: Limits = { milliseconds: 10_000, bytes: 4 * 1024 * 1024 }

/** How one is asked. */
export interface Question {
  method: 'GET' | 'HEAD'
  headers: Record<string, string>
  /** Certificates, in PEM, that are believed beside those everybody believes. */
  authority?: string | undefined
}

/**
 * Asks once. Redirects come back as answers: whoever follows them decides what goes along. Not by `fetch`, which believes one set of
 * authorities for everything that this process asks.
 */
export async function ask(url: URL, { method, headers, authority }: Question, limits: Limits): Promise<Exchange> {
  const signal = AbortSignal.timeout(limits.milliseconds)
  try {
    const options = { method, headers: { 'user-agent': 'landfall', ...headers }, signal }
    const believed = authority === undefined ? {} : { ca: [...getCACertificates('default'), authority] }
    const asked = url.protocol === 'https:' ? tlsRequest(url, { ...options, ...believed }) : plainRequest(url, options)
    asked.end()
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(asked, 'response'))
    const body = await readBounded(response, limits.bytes)
    if (!body) return { kind: 'broken', detail: `${url.host} sent more than ${limits.bytes} bytes` }
    return { kind: 'answered', answer: { status: response.statusCode ?? 0, headers: headersOf(response), body } }
  } catch (error) {
    if (signal.aborted) return { kind: 'broken', detail: `${url.host} did not answer within ${limits.milliseconds / 1000} s` }
    return { kind: 'broken', detail: `${url.host} could not be asked: ${causeOf(error)}` }
  }
}

async function readBounded(response: IncomingMessage, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > most) {
      response.destroy()
      return undefined
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

const headersOf = ({ headers }: IncomingMessage): Headers =>
  new Headers(Object.entries(headers).flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[name, value]] : [])))

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if (!('code' in error && typeof error.code === 'string')) return error.message
  const unknownAuthority = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(error.code)
  return unknownAuthority ? `nobody known here signed its certificate (${error.code}); name its authority in \`ca\`` : error.code
}

/** Seconds from a Retry-After header, which holds seconds or a date; 30 where it says nothing, an hour at most. */
export function retryAfter(header: string | null, now: number): number {
  const seconds = header === null ? Number.NaN : /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 3600) : 30
}
