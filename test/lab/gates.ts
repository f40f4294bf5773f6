import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from './host.ts'

/**
 * What can be held up on a lab host, so that something else happens at exactly that moment: `order` is a verb that arrived
 * for landfall-shell and of which landfall-shell has not heard; `compose` a command that landfall-shell gave to Compose.
 */
export interface Gates {
  /** The next one waits; of several holds each catches one. */
  hold(place: Place, word: string): Promise<Held>
  /** The next one does nothing and says that it went well. */
  skip(place: 'compose', word: string): Promise<Skipped>
  /** Takes back what was asked for and has not happened; whoever waits goes on. */
  openAll(): Promise<void>
}

export type Place = 'order' | 'compose'

export interface Held {
  /** Resolves when one waits, to its process id on the host. */
  arrived(seconds?: number): Promise<number>
  /** Lets it go on. If none has come yet, none is held up any more. */
  release(): Promise<void>
}

export interface Skipped {
  /** Throws unless one was skipped. */
  happened(): void
}

const folder = '/run/gates'

/** Puts gates on a host that was bootstrapped: before its forced command, and before its Compose. */
export async function installGates(host: Host): Promise<Gates> {
  const inside = (name: string) => host.path(join(folder, name))
  await mkdir(host.path(folder), { recursive: true })
  await chmod(host.path(folder), 0o777)
  await copyFile(join(import.meta.dirname, 'gate.sh'), inside('gate'))
  await chmod(inside('gate'), 0o755)
  const shell = '/usr/local/bin/landfall-shell'
  await host.sh(`mv ${shell} ${shell}.behind`)
  await guard(host, shell, 'order', `${shell}.behind`)
  // Found before the one in /usr/libexec, by landfall-shell and by `docker compose`.
  await guard(host, '/usr/local/lib/docker/cli-plugins/docker-compose', 'compose', '/usr/libexec/docker/cli-plugins/docker-compose')

  return {
    async hold(place, word) {
      const own = randomUUID()
      const [hold, held] = [inside(`${place}.${word}.hold.${own}`), inside(`${place}.${word}.held.${own}`)]
      await writeFile(hold, '')
      let released = false
      return {
        async arrived(seconds = 20) {
          const deadline = performance.now() + seconds * 1000
          while (!existsSync(held) || readFileSync(held, 'utf8') === '') {
            if (performance.now() > deadline) throw new Error(`no ${place} "${word}" arrived at host ${host.name} within ${seconds} s`)
            await pause(20)
          }
          return Number(readFileSync(held, 'utf8'))
        },
        async release() {
          if (released) return
          released = true
          const came = await rm(hold).then(
            () => false,
            () => true,
          )
          // Whoever took the hold says so a moment later, and would wait for ever if it were let go before.
          for (let tries = 0; came && !existsSync(held) && tries < 50; tries += 1) await pause(20)
          await rm(held, { force: true })
        },
      }
    },
    async skip(place, word) {
      await rm(inside(`${place}.${word}.skipped`), { force: true })
      await writeFile(inside(`${place}.${word}.skip`), '')
      return {
        happened() {
          if (!existsSync(inside(`${place}.${word}.skipped`))) throw new Error(`no ${place} "${word}" was skipped on host ${host.name}`)
        },
      }
    },
    openAll: async () => void (await host.sh(`rm -f ${folder}/order.* ${folder}/compose.*`)),
  }
}

/** Puts a gate where a program is looked for. */
async function guard(host: Host, path: string, name: Place, program: string): Promise<void> {
  await mkdir(host.path(join(path, '..')), { recursive: true })
  await writeFile(host.path(path), `#!/bin/sh\nexec ${folder}/gate ${name} ${program} "$@"\n`, { mode: 0o755 })
}
