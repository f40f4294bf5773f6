import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const examplesOfGitHub = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))

/** Payloads GitHub once sent, of an event and action; of branches that were not deleted. */
export function recordedExamples(name: string, action: string | undefined): unknown[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples')
  const found = examplesOfGitHub.parse(JSON.parse(readFileSync(file, 'utf8'))).find((one) => one.name === name)?.examples ?? []
  return found.filter((one) => one.action === action && one.deleted !== true)
}

/** Paths of fields that every example has and the payload has not. */
export function missing(examples: unknown[], payload: unknown, place = ''): string[] {
  if (Array.isArray(payload))
    return payload.length === 0
      ? []
      : missing(
          examples.flatMap((one) => (Array.isArray(one) ? one : [])),
          payload[0],
          `${place}[]`,
        )
  const records = examples.filter(isRecord)
  const first = records[0]
  if (!first || records.length < examples.length || !isRecord(payload)) return []
  return Object.keys(first)
    .filter((key) => records.every((one) => key in one))
    .flatMap((key) =>
      key in payload
        ? missing(
            records.map((one) => one[key]),
            payload[key],
            `${place}.${key}`,
          )
        : [`${place}.${key}`],
    )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
