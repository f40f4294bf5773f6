import type { Evaluation, GateName } from './evaluate.ts'

type Seen = (Evaluation & { kind: 'open' })['seen'][number]

const texts: Record<GateName, (evidence: Record<string, string>) => string> = {
  quarantine: (e) => `it ${e.because} here at ${e.at}, and somebody wants it all the same`,
  checks: (e) => `green: ${e.checks || 'there are no checks'}`,
  promotion: (e) => `${e.after} verified ${e.commit}: ${e.by}`,
  lock: () => 'nobody else keeps it',
  approval: (e) => `${e.found} of ${e.required} agreed (${e.people})`,
  window: () => 'open',
}

/** By what each gate that asked for something was seen open, one a line: that is in the record for whoever asks later who let it through. */
export const seenText = (seen: readonly Seen[]): string => seen.map(({ gate, evidence }) => `${gate}: ${texts[gate](evidence)}`).join('\n')
