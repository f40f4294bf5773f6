import { type CommandKind, type CommandRole, commandKinds, commandRules } from '../../domain/command.ts'
import { paragraphs } from '../answer.ts'
import { code, sentence } from '../markdown.ts'

const meanings: Record<CommandKind, string> = {
  status: 'Says what runs where, since when and by whom, what is locked, and what waits for what',
  plan: 'Says what merging this pull request would do, and which gates are still closed',
  deploy: 'Deploys the newest commit of the branch of the environment, or the one named',
  rollback: 'Goes back to the release before the one that runs, or to the one named; no gate holds it back',
  promote: 'Brings what was verified in the environment before this one, never built again',
  approve: 'Agrees to exactly the commit that waits',
  reject: 'Refuses the commit that waits, and says why',
  retry: 'Tries the last deployment again after it failed',
  cancel: 'Stops what waits, has not changed a host yet or pauses between two waves',
  lock: 'Holds back deployments by others and healing, until it is taken back or the time is over',
  unlock: 'Takes a lock back; what waited goes on',
  run: 'Runs a named task once, on one host, with the release that runs there, and shows what it said',
  help: 'Shows this',
}

const roles: Record<CommandRole, string> = {
  triage: 'anybody with at least the triage role',
  write: 'anybody with write access',
}

/** Where the environment's own rule has a say as well. */
const exceptions: Partial<Record<CommandKind, string>> = {
  approve: 'whom the environment names, or else anybody with write access',
  reject: 'whom the environment names, or else anybody with write access',
}

/**
 * The answer to `/help`: each command, what it does and who may.
 *
 * @param environments those of the repository, for the person to name
 */
export function helpAnswer(intent: string, environments: readonly string[]): string {
  const rows = commandKinds.map(
    (kind) => `| ${code(commandRules[kind].usage)} | ${meanings[kind]} | ${exceptions[kind] ?? roles[commandRules[kind].role]} |`,
  )
  const names = environments.length === 0 ? [] : [sentence(`Environments here: ${environments.join(', ')}`, 1500)]
  return paragraphs(`answer:${intent}`, [
    '📖 **What can be written in a comment**',
    ['| command | what it does | who may |', '|---|---|---|', ...rows].join('\n'),
    ...names,
    'What is in square brackets may be left out: where there is only one environment, it is the one meant. A command stands on a line of its own, up to ten of them in a comment; quotes, code and edits do not count.',
  ])
}
