import { readFileSync } from 'node:fs'
import type { Host } from './host.ts'

/** How often the host's sshd let anybody in so far, by its own log. */
export const loginsAt = (host: Host): number => timesSaid(host, 'Accepted ')

/** How many orders came over Landfall's key so far, by the same. */
export const ordersAt = (host: Host): number => timesSaid(host, 'Starting session: forced-command')

const timesSaid = ({ sshd }: Host, words: string): number => readFileSync(sshd.log, 'utf8').split(words).length - 1
