import type { Fault } from './fault.ts'
import { database } from './rows/database.ts'
import { databasePoison } from './rows/database-poison.ts'
import { github } from './rows/github.ts'
import { intake } from './rows/intake.ts'
import { intakeStrange } from './rows/intake-strange.ts'
import { kills } from './rows/kills.ts'
import { network } from './rows/network.ts'
import { queue } from './rows/queue.ts'
import { restarts } from './rows/restarts.ts'

/** Every fault that is injected, in the order of its rows. */
export const faults: readonly Fault[] = [
  ...kills,
  ...network,
  ...restarts,
  ...queue,
  ...intake,
  ...github,
  ...intakeStrange,
  ...databasePoison,
  ...database,
]

/** What is not closed yet, and the issue that closes it. */
export const openRows: readonly { row: string; fault: string; issue: string }[] = [
  { row: 'F4', fault: 'an event loop stalled past the lease', issue: '2' },
  { row: 'F10', fault: 'webhooks never delivered', issue: '2' },
  { row: 'F14', fault: 'a full disk during a pull', issue: '2' },
  { row: 'F15', fault: 'a registry that refuses, or hangs', issue: '2' },
  { row: 'F16', fault: 'a tag moved between approval and deployment, or between hosts', issue: '3, and 4 for several hosts' },
  { row: 'F17', fault: 'two approvals at once', issue: '3' },
  { row: 'F18', fault: 'a force-push after the approval', issue: '3' },
  { row: 'F19', fault: 'a clock 10 minutes off', issue: '2' },
  { row: 'F22', fault: 'an old version that answers', issue: '2' },
  { row: 'F23', fault: 'a container that crash-loops after its first good answer', issue: '4' },
  { row: 'F24', fault: 'one of several hosts unreachable', issue: '4' },
  { row: 'F26', fault: 'healing during a deployment or a hold', issue: '6' },
  { row: 'F27', fault: 'the image to go back to pruned or unhealthy', issue: '4' },
  { row: 'F29', fault: 'a configuration without hosts or services', issue: '6' },
]

/** How many rows the list of faults has: F1 to F30. */
export const rows = 30
