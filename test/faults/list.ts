import type { Fault } from './fault.ts'
import { approvals } from './rows/approvals.ts'
import { crashLoops } from './rows/crash-loops.ts'
import { database } from './rows/database.ts'
import { databasePoison } from './rows/database-poison.ts'
import { disk } from './rows/disk.ts'
import { forcedPushes } from './rows/forced-pushes.ts'
import { github } from './rows/github.ts'
import { githubClocks } from './rows/github-clocks.ts'
import { githubHour } from './rows/github-hour.ts'
import { hostKey } from './rows/host-key.ts'
import { hostsAway } from './rows/hosts-away.ts'
import { intake } from './rows/intake.ts'
import { intakeStrange } from './rows/intake-strange.ts'
import { intakeUnheard } from './rows/intake-unheard.ts'
import { kills } from './rows/kills.ts'
import { killsDuringUp } from './rows/kills-during-up.ts'
import { movedTags } from './rows/moved-tags.ts'
import { network } from './rows/network.ts'
import { noWayBack } from './rows/no-way-back.ts'
import { ownDeployment } from './rows/own-deployment.ts'
import { queue } from './rows/queue.ts'
import { registry } from './rows/registry.ts'
import { restarts } from './rows/restarts.ts'
import { stalled } from './rows/stalled.ts'
import { steps } from './rows/steps.ts'
import { verification } from './rows/verification.ts'

/** Every fault that is injected, in the order of its rows. */
export const faults: readonly Fault[] = [
  ...kills,
  ...killsDuringUp,
  ...stalled,
  ...network,
  ...hostKey,
  ...disk,
  ...registry,
  ...movedTags,
  ...approvals,
  ...forcedPushes,
  ...verification,
  ...crashLoops,
  ...restarts,
  ...steps,
  ...hostsAway,
  ...ownDeployment,
  ...noWayBack,
  ...queue,
  ...intake,
  ...intakeUnheard,
  ...githubClocks,
  ...github,
  ...githubHour,
  ...intakeStrange,
  ...databasePoison,
  ...database,
]

/** What is not closed yet, and the issue that closes it. */
export const openRows: readonly { row: string; fault: string; issue: string }[] = [
  { row: 'F26', fault: 'healing during a deployment or a hold', issue: '6' },
  { row: 'F29', fault: 'a configuration without hosts or services', issue: '6' },
]

/** How many rows the list of faults has: F1 to F31. */
export const rows = 31
