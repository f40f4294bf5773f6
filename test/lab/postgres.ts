import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { onFreePort } from './free-port.ts'
import { prepareParts } from './parts.ts'
import { startProgram, until } from './program.ts'
import { must } from './run.ts'
import { type Service, service } from './service.ts'

/** A PostgreSQL that keeps its data and its port through stops and starts. */
export interface Postgres extends Service {
  port: number
  /** Makes a fresh database; returns its URL. */
  createDatabase(): Promise<string>
}

/** Makes a cluster under `parent` and serves it on a loopback port, as the unix user `postgres`, without waiting for disks. */
export async function startPostgres(parent: string): Promise<Postgres> {
  const { postgres: programs } = await prepareParts()
  const folder = join(parent, 'postgres')
  await mkdir(folder, { recursive: true })
  // The laboratory's folder belongs to root; its server runs as another user and must reach its own part of it.
  await chmod(parent, 0o755)
  await must(['chown', 'postgres:postgres', folder])
  const data = join(folder, 'data')
  const asPostgres = ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups', '--']
  await must([...asPostgres, join(programs, 'initdb'), '-D', data, '-A', 'trust', '-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'])
  const { port, started } = await onFreePort((port) =>
    service(
      async () => {
        const settings = {
          port,
          listen_addresses: '127.0.0.1',
          unix_socket_directories: '',
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
        }
        const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
        const program = startProgram({
          name: 'postgres',
          command: [join(programs, 'postgres'), '-D', data, ...flags],
          log: join(folder, 'postgres.log'),
          folder,
          user: 'postgres',
        })
        await until(program, () => answers(port))
        return program
      },
      { helpers: ['postgres'], ending: 'SIGINT' },
    ),
  )
  let databases = 0
  return Object.assign(started, {
    port,
    createDatabase: async () => {
      const name = `landfall_${++databases}`
      await asking(port, (client) => client.query(`CREATE DATABASE ${name}`))
      return urlOf(port, name)
    },
  })
}

const urlOf = (port: number, database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`

async function asking<T>(port: number, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres'), connectionTimeoutMillis: 2000 })
  client.on('error', () => {}) // the server may be stopped under it
  try {
    await client.connect()
    return await ask(client)
  } finally {
    await client.end()
  }
}

const answers = (port: number) =>
  asking(port, (client) => client.query('SELECT 1')).then(
    () => true,
    () => false,
  )
