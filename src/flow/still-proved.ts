import { sentenceOf } from '../domain/reason.ts'
import { type Execution, everyHost } from './execution.ts'
import { type Proved, prove, type Seen } from './prove.ts'

/**
 * Before all is said to be proved, the hosts of earlier waves are looked at once more: the same containers have to run still, without a
 * restart. Where another worker proved them, nobody knows which they were.
 */
export function stillProved(
  execution: Execution,
  hosts: readonly string[],
  seen: ReadonlyMap<string, Seen>,
): Promise<{ host: string; looked: Proved }[]> {
  const { run, plan } = execution
  return everyHost(execution, hosts, async (host) => {
    const looked = await prove(execution, host, { ...plan, soak: 'behind' }, seen.get(host.name))
    await run.note('verify', looked.kind === 'done' ? 'runs it still' : sentenceOf(looked.reason), host.name)
    return { host: host.name, looked }
  })
}
