import type { HostRule } from '../domain/configuration.ts'
import { type FilesTold, readFilesTold } from '../host/files-told.ts'
import type { Execution } from './execution.ts'
import { type Outcome, understood } from './fleet.ts'

/** Records what a switch tells of files that services mount: who took them up, and what of other people's was found there. */
export async function noteFiles({ run }: Execution, host: HostRule, switched: Outcome<string>): Promise<void> {
  const told = understood(switched, host, readFilesTold)
  const text = told.kind === 'done' ? filesText(told.value) : ''
  if (text !== '') await run.note('files', text, host.name)
}

const filesText = ({ reloaded, aside, others }: FilesTold): string =>
  [
    ...reloaded.map(({ service, container, looked }) => {
      const seen = looked
        ? ', which sees them as they were written'
        : '; whether it sees them as they were written, its image has nothing to tell with'
      return `${service} took them up in ${container.slice(0, 12)}${seen}`
    }),
    ...(aside.length > 0 ? [`kept aside, as the release has files of these names: ${aside.join(', ')}`] : []),
    ...(others.length > 0 ? [`left alone, as others put them there: ${others.join(', ')}`] : []),
  ].join('\n')
