import type { RunResult } from './run.ts'

export interface Table {
  head: string[]
  rows: string[][]
}

/** What happened in all runs together, in numbers. */
export function tablesOf(results: readonly RunResult[]): Table[] {
  return [strikes(results), acts(results), ends(results), figures(results)]
}

function strikes(results: readonly RunResult[]): Table {
  const all = results.flatMap(({ struck }) => struck)
  const byKind = Map.groupBy(all, ({ strike }) => strike.kind)
  const rows = [...byKind].toSorted().map(([kind, struck]) => {
    const hits = struck.filter(({ blow }) => blow.kind === 'hit')
    return [kind, String(hits.length), String(struck.length - hits.length), counted(hits.map(({ strike }) => strike.at))]
  })
  const hits = all.filter(({ blow }) => blow.kind === 'hit').length
  return { head: ['struck', 'hit', 'missed', 'at'], rows: [...rows, ['all', String(hits), String(all.length - hits), '']] }
}

function acts(results: readonly RunResult[]): Table {
  const all = results.flatMap(({ script }) => script.acts)
  const byKind = Map.groupBy(all, ({ deed }) => (deed.kind === 'say' ? `/${deed.word}` : deed.kind))
  const rows = [...byKind].toSorted().map(([kind, some]) => [kind, String(some.length), counted(some.map(({ told }) => `told ${told}`))])
  return { head: ['act', 'times', 'how'], rows }
}

function ends(results: readonly RunResult[]): Table {
  const all = results.flatMap(({ evidence }) => evidence.database.deployments)
  const byKind = Map.groupBy(all, ({ kind, environment }) => `${kind} to ${environment}`)
  return {
    head: ['deployments', 'times', 'ended'],
    rows: [...byKind].map(([kind, some]) => [kind, String(some.length), counted(some.map(({ state }) => state))]),
  }
}

function figures(results: readonly RunResult[]): Table {
  const profiles = counted(results.map(({ script }) => `${script.profile}${script.rules ? ' with gates' : ''}`))
  const acts = results.flatMap(({ evidence }) => evidence.hosts).flatMap((host) => host.acts)
  const webhooks = results.flatMap(({ evidence }) => evidence.deliveries)
  const acknowledged = webhooks.filter(({ statusCode }) => statusCode >= 200 && statusCode < 300).length
  const told = results.flatMap(({ evidence }) => evidence.chat)
  const settling = results.map(({ seconds }) => seconds.settling).toSorted((one, other) => one - other)
  const at = (part: number) => (settling[Math.min(settling.length - 1, Math.floor(settling.length * part))] ?? 0).toFixed(1)
  const all = results.reduce((sum, { seconds }) => sum + seconds.all, 0)
  return {
    head: ['figure', 'value'],
    rows: [
      ['runs', profiles],
      ['webhooks tried, acknowledged', `${webhooks.length}, ${acknowledged}`],
      ['chat messages, of them repeated', `${told.length}, ${told.length - new Set(told).size}`],
      ['orders refused as overtaken', String(acts.filter(({ outcome }) => outcome === 'refused 12').length)],
      ['seconds to settle: median, 95 of 100, longest', `${at(0.5)}, ${at(0.95)}, ${at(1)}`],
      ['seconds in all, for one run', `${all.toFixed(0)}, ${(all / Math.max(1, results.length)).toFixed(1)}`],
    ],
  }
}

/** `3 rolling, 1 planned` */
function counted(words: readonly string[]): string {
  const byWord = [...Map.groupBy(words, (word) => word)].toSorted(([, one], [, other]) => other.length - one.length)
  return byWord.map(([word, times]) => `${times.length} ${word}`).join(', ')
}
