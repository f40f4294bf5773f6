import { readdirSync, readlinkSync } from 'node:fs'
import type { Host } from '../../lab/host.ts'
import { wordsOf } from '../../lab/program.ts'

/** A process of a host, by its number out here, and the words it was started with. */
export interface HostProcess {
  pid: number
  words: string
}

/** All processes of a host, whoever started them; those of its containers live in rooms of their own and are not among them. */
export function processesOn({ machine }: Pick<Host, 'machine'>): HostProcess[] {
  const room = roomOf(machine.init)
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return pids.filter((pid) => roomOf(pid) === room).map((pid) => ({ pid, words: wordsOf(pid) }))
}

/** The namespace of process ids it lives in; undefined when it is gone. */
function roomOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}
