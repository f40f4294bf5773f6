import { z } from 'zod'
import { message, text } from '../message.ts'
import { hostKey } from './host-key.ts'
import { bastionName } from './names.ts'

/** A name or an IPv4 or IPv6 address, not a URL and without user or port: these have keys of their own. */
const address = text(
  /^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:.]{2,45})$/,
  'this is not a host name or an IP address',
  'Write the address alone; user and port have keys of their own',
)

const port = z
  .int()
  .refine((port) => port >= 1 && port <= 65535, { error: message('this is not a port', 'Write a number from 1 to 65535') })
  .meta({ minimum: 1, maximum: 65535 })

const user = text(/^[a-z_][a-z0-9_-]{0,31}$/, 'this is not a user name', 'Write the user whose authorized_keys holds the key of Landfall')

/** Written as the bastion of what is reached without one, although a group or `defaults` name one. */
export const noBastion = 'none'

/** How a machine is reached, beside its address: what groups and `defaults` may say for hosts. */
export const wayInKeys = {
  port: port.optional().meta({ description: 'Port of its sshd. Default 22.' }),
  user: user.optional().meta({ description: "User that Landfall's key belongs to there. Default landfall." }),
  bastion: bastionName.optional().meta({ description: 'The bastion through which it is reached. Default: none.' }),
}

/** A machine that Landfall logs in to: a host, or a bastion on the way to one. */
export const machine = z.strictObject({
  address: address.meta({ description: 'Name or IP address; behind a bastion as that one sees it.' }),
  'host-key': hostKey.meta({ description: 'Pinned public host key: `ssh-ed25519 AAAA…`. There is no trust on first use.' }),
  ...wayInKeys,
})
