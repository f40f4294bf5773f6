/** Where the truth is kept. */
export type StoreSettings = { kind: 'sqlite'; folder: string } | { kind: 'postgres'; url: string }

/** Who wakes sleepers. */
export type QueueSettings = { kind: 'in-process' } | { kind: 'redis'; url: string }

/** One of the two ways Landfall runs: *one machine* or *several machines*; there is nothing in between. */
export interface Profile {
  store: StoreSettings
  queue: QueueSettings
}

export interface ProfileSettings {
  /** Folder for the SQLite file. */
  folder: string
  /** `DATABASE_URL` */
  databaseUrl?: string
  /** `QUEUE_URL` */
  queueUrl?: string
}

/**
 * Decides the profile, or says everything that is wrong. Mixtures are refused: several processes on one SQLite file would
 * each see only their own wake-ups, and one process with PostgreSQL alone would look as if a second could be added.
 */
export function profile({
  folder,
  databaseUrl,
  queueUrl,
}: ProfileSettings): { kind: 'ok'; value: Profile } | { kind: 'invalid'; messages: string[] } {
  const messages = [
    ...malformed('DATABASE_URL', databaseUrl, ['postgres:', 'postgresql:'], 'postgres://landfall:…@db.example.com:5432/landfall'),
    ...malformed('QUEUE_URL', queueUrl, ['redis:', 'rediss:'], 'redis://queue.example.com:6379'),
  ]
  if (databaseUrl && !queueUrl) messages.push(mixture('DATABASE_URL', 'QUEUE_URL'))
  if (queueUrl && !databaseUrl) messages.push(mixture('QUEUE_URL', 'DATABASE_URL'))
  if (messages.length > 0) return { kind: 'invalid', messages }
  if (!databaseUrl || !queueUrl) return { kind: 'ok', value: { store: { kind: 'sqlite', folder }, queue: { kind: 'in-process' } } }
  return { kind: 'ok', value: { store: { kind: 'postgres', url: databaseUrl }, queue: { kind: 'redis', url: queueUrl } } }
}

/** `db.example.com:5432/landfall`: a service's address for messages, without user, password and options. */
export function addressIn(url: string): string {
  const { host, hostname, pathname, port, protocol, searchParams } = new URL(url)
  const usual = protocol.startsWith('redis') ? '6379' : '5432'
  const where = hostname ? (port ? host : `${hostname}:${usual}`) : (searchParams.get('host') ?? 'this machine')
  return pathname.length > 1 ? `${where}${pathname}` : where
}

const mixture = (set: string, missing: string): string =>
  `${set} is set and ${missing} is not: Landfall runs either on one machine (neither: SQLite and no Redis) or on several ` +
  `(both: PostgreSQL and Redis). Set ${missing} too, or unset ${set}.`

function malformed(name: string, url: string | undefined, protocols: string[], example: string): string[] {
  if (!url || protocols.includes(URL.parse(url)?.protocol ?? '')) return []
  // The value itself may hold a password and is not shown.
  return [`${name}: not a URL beginning with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}. Write it as ${example}.`]
}
