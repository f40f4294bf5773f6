import type { Hosts, Log } from '../../flow/ports.ts'

/** Hosts that leave a line for every command sent to one: which verb, how it ended (`given-up` by Landfall, when it knew enough), and how long it took. */
export const loggedHosts = (hosts: Hosts, log: Log): Hosts => ({
  async run(host, command, onLine, signal) {
    const began = performance.now()
    const result = await hosts.run(host, command, onLine, signal)
    const ended = result.kind === 'exited' ? { code: result.code } : { ended: signal?.aborted ? 'given-up' : result.kind }
    log.info('host command ended', { host: host.name, verb: command.verb, ...ended, ms: Math.round(performance.now() - began) })
    return result
  },
  close: () => hosts.close(),
})
