import { z } from 'zod'
import { message, text } from '../message.ts'
import { hostKey } from './host-key.ts'

/** A name or an IPv4 or IPv6 address, not a URL and without user or port: these have keys of their own. */
const address = text(
  /^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:.]{2,45})$/,
  'this is not a host name or an IP address',
  'Write the address alone; user and port have keys of their own',
)

/** A machine Landfall may deploy to. */
export const host = z.strictObject({
  address: address.meta({ description: 'Name or IP address that Landfall connects to.' }),
  port: z
    .int()
    .refine((port) => port >= 1 && port <= 65535, { error: message('this is not a port', 'Write a number from 1 to 65535') })
    .default(22)
    .meta({ description: 'Port of its sshd.', minimum: 1, maximum: 65535 }),
  user: text(/^[a-z_][a-z0-9_-]{0,31}$/, 'this is not a user name', 'Write the user whose authorized_keys holds the key of Landfall')
    .default('landfall')
    .meta({ description: "User that Landfall's key belongs to there." }),
  'host-key': hostKey.meta({ description: 'Pinned public host key: `ssh-ed25519 AAAA…`. There is no trust on first use.' }),
})
