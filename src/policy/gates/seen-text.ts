import type { PassedGate } from '../../domain/gate.ts'
import type { GateName } from './evaluate.ts'

const texts: Record<GateName, (evidence: Record<string, string>) => string> = {
  quarantine: (e) => `it ${e.because} here at ${e.at}, and somebody wants it all the same`,
  checks: (e) => `green: ${e.checks || 'there are no checks'}`,
  promotion: (e) => `${e.after} verified ${e.commit}: ${e.by}`,
  lock: () => 'nobody else keeps it',
  approval: (e) => `${e.found} of ${e.required} agreed (${e.people})`,
  window: () => 'open',
}

const isKnown = (gate: string): gate is GateName => Object.hasOwn(texts, gate)

/** By what a gate was seen open; of one that this version does not know, just what was seen. */
export const passedText = ({ gate, evidence }: PassedGate): string =>
  `${gate}: ${isKnown(gate) ? texts[gate](evidence) : Object.values(evidence).join(', ')}`

/** Each gate that asked for something, one a line: that is in the record for whoever asks later who let it through. */
export const seenText = (seen: readonly PassedGate[]): string => seen.map(passedText).join('\n')
