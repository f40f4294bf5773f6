import { connect, type Socket } from 'node:net'

/** Connections to one server that stay open and carry one request at a time each. */
export interface Connections {
  /** Sends these bytes when a connection is free and resolves to the status answered; 0 where the connection broke off instead. */
  ask(request: Buffer): Promise<number>
  /** How many were opened in all. */
  opened(): number
  close(): void
}

interface Asked {
  request: Buffer
  resolve: (status: number) => void
}

/** A bare client: Node's own costs more for a request than the server that is to be measured has for it. */
export function createConnections({ hostname, port, most }: { hostname: string; port: number; most: number }): Connections {
  const idle: Connection[] = []
  const waiting: Asked[] = []
  const open = new Set<Connection>()
  let opened = 0

  const next = (connection: Connection): void => {
    const asked = waiting.shift()
    if (asked) connection.send(asked)
    else idle.push(connection)
  }
  const gone = (connection: Connection): void => {
    open.delete(connection)
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    const asked = waiting.shift()
    if (asked) begin(asked)
  }
  const begin = (asked: Asked): void => {
    opened += 1
    const connection = new Connection(connect({ host: hostname, port, noDelay: true }), next, gone)
    open.add(connection)
    connection.send(asked)
  }

  return {
    ask: (request) =>
      new Promise((resolve) => {
        const free = idle.pop()
        if (free) free.send({ request, resolve })
        else if (open.size < most) begin({ request, resolve })
        else waiting.push({ request, resolve })
      }),
    opened: () => opened,
    close() {
      for (const connection of open) connection.close()
    },
  }
}

class Connection {
  readonly #socket: Socket
  #asked: Asked | undefined
  #received = ''

  constructor(socket: Socket, free: (connection: Connection) => void, gone: (connection: Connection) => void) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
      const answer = answerIn(this.#received)
      if (!answer) return
      this.#received = ''
      this.#end(answer.status)
      if (answer.closes) socket.destroy()
      else free(this)
    })
    socket.on('error', () => undefined) // `close` follows
    socket.once('close', () => {
      this.#end(0)
      gone(this)
    })
  }

  send(asked: Asked): void {
    this.#asked = asked
    this.#socket.write(asked.request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #end(status: number): void {
    this.#asked?.resolve(status)
    this.#asked = undefined
  }
}

/** A whole answer of HTTP/1.1 with a stated length; undefined while some of it is missing. */
function answerIn(text: string): { status: number; closes: boolean } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end).toLowerCase()
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
  if (text.length < end + 4 + length) return undefined
  return { status: Number(head.slice(9, 12)), closes: /\r\nconnection: *close/.test(head) }
}
