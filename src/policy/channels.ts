import { type OperatorFile, projectFilePath } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { grantFor } from './hosts.ts'

/**
 * What is wrong with the chat channels a repository's file names (`slack:deploys`): each must exist, be of that kind and
 * be granted. As with hosts, what is not granted is as unknown as what does not exist.
 */
export function refusedChannels(operator: OperatorFile, repository: string, notify: readonly string[]): Problem[] {
  const granted = grantFor(operator, repository)?.notify ?? []
  return notify.flatMap((channel, index): Problem[] => {
    const [kind, name = ''] = channel.split(':')
    if (granted.includes(name) && Object.hasOwn(operator.chat, name) && operator.chat[name]?.kind === kind) return []
    return [
      {
        file: projectFilePath,
        path: `notify[${index}]`,
        what: `unknown chat channel "${channel}"`,
        remedy: 'Ask the operator of this Landfall to allow it, or remove it here',
      },
    ]
  })
}
