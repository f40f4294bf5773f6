import type { Attack } from './attack.ts'
import { acting } from './rows/acting.ts'
import { yamlBombs } from './rows/bombs.ts'
import { buttons } from './rows/buttons.ts'
import { secretsEverywhere } from './rows/canaries.ts'
import { compose } from './rows/compose.ts'
import { copiedSecrets } from './rows/copied-secrets.ts'
import { hostKey } from './rows/host-key.ts'
import { mergedApprovals } from './rows/merged-approvals.ts'
import { ownApproval } from './rows/own-approval.ts'
import { paths } from './rows/paths.ts'
import { pushes } from './rows/pushes.ts'
import { queue } from './rows/queue.ts'
import { requests } from './rows/requests.ts'
import { secret } from './rows/secret.ts'
import { shellWords } from './rows/shell-words.ts'
import { strangers } from './rows/strangers.ts'
import { tenants } from './rows/tenants.ts'
import { webhooks } from './rows/webhooks.ts'

/** Every attack that is tried, in the order of its rows. They share one town and leave it working. */
export const attacks: readonly Attack[] = [
  ...shellWords,
  ...webhooks,
  ...secret,
  ...strangers,
  ...pushes,
  ...buttons,
  ...ownApproval,
  ...mergedApprovals,
  ...hostKey,
  ...tenants,
  copiedSecrets,
  ...compose,
  ...paths,
  ...yamlBombs,
  ...secretsEverywhere,
  ...queue,
  ...acting,
  ...requests,
]

/** What tests of their own try, whatever town there is. */
export const triedElsewhere: readonly { row: string; test: string }[] = [
  { row: 'A8', test: 'test/adapters/ssh/stolen-key.lab.test.ts' },
  { row: 'A8', test: 'test/adapters/ssh/bastion.lab.test.ts' },
]

/** What is not closed yet, and the issue that closes it. */
export const openRows: readonly { row: string; attack: string; issue: string }[] = [
  { row: 'A16', attack: 'the same of the dashboard (the pages to act from are tried)', issue: 'the one that brings the dashboard' },
  { row: 'A17', attack: 'dependencies', issue: 'the one that makes releases' },
]
