import { parseDotenv } from '../../src/config/dotenv.ts'
import { bundleNamespace } from '../../src/host/bundle.ts'
import { fakeSigner } from './fake-signer.ts'

/** A bundle as landfall-shell files it. */
export interface Unpacked {
  /** The archive, for comparing with one put later. */
  bytes: Buffer
  /** Words of the manifest's lines by their first word. */
  manifest: (first: string) => string[]
  compose: string
  override: string
  plan: string
  planSignature: string
  /** Interpolation variables and the project's `.env` together, as Compose sees them. */
  variables: Map<string, string>
  /** The project's `.env` alone; undefined where there is none in it. */
  env: Map<string, string> | undefined
  /** Other files of the project folder by their path there. */
  files: Map<string, string>
  /** The Docker configuration for the pull; undefined where no login was sent. */
  logins: string | undefined
}

/** Takes the standard input of `put`, after the signature of the order, apart; undefined where it is not signed. */
export function unpackBundle(envelope: Uint8Array): Unpacked | undefined {
  const { line: signature, rest } = cutLine(Buffer.from(envelope))
  const { line: logins, rest: bytes } = cutLine(rest)
  if (decoded(signature) !== fakeSigner.sign(bytes, bundleNamespace)) return undefined
  const files = unarchive(bytes)
  const lines = (files.get('manifest') ?? '').split('\n')
  return {
    bytes,
    manifest: (first) => lines.filter((line) => line.startsWith(`${first} `)).map((line) => line.slice(first.length + 1)),
    compose: files.get('compose.yml') ?? '',
    override: files.get('override.yml') ?? '',
    plan: files.get('plan.json') ?? '',
    planSignature: files.get('plan.signature') ?? '',
    variables: new Map([...dotenv(files.get('interpolation.env')), ...dotenv(files.get('project/.env'))]),
    env: files.has('project/.env') ? dotenv(files.get('project/.env')) : undefined,
    files: new Map(
      [...files].flatMap(([path, text]) => (/^project\/(?!\.env$)/.test(path) ? [[path.slice('project/'.length), text]] : [])),
    ),
    logins: logins === '-' ? undefined : decoded(logins),
  }
}

export function cutLine(bytes: Buffer): { line: string; rest: Buffer } {
  const end = bytes.indexOf('\n')
  return { line: bytes.subarray(0, end).toString(), rest: bytes.subarray(end + 1) }
}

export const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString()

function dotenv(text = ''): Map<string, string> {
  const parsed = parseDotenv(text, '.env')
  if (parsed.kind === 'invalid') throw new Error('the bundle holds a broken env file')
  return parsed.value
}

/** Files of a ustar archive by path. */
function unarchive(bytes: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const text = (from: number, length: number) => bytes.toString('utf8', at + from, at + from + length).replace(/\0[\s\S]*$/, '')
    const size = Number.parseInt(text(124, 12), 8)
    const prefix = text(345, 155)
    files.set(prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), bytes.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
