import { z } from 'zod'
import type { GitHub } from '../../flow/ports.ts'
import type { GitHubClients } from './clients.ts'

/** GitHub makes deliveries of so many days again, in milliseconds. */
const kept = 3 * 24 * 3600 * 1000
/** An attempt is listed once it has ended, and GitHub waits ten seconds for an answer: it may turn up among older ones. In milliseconds. */
const overlap = 60 * 1000

/** GitHub's ids take up to 64 bits: Octokit tells those beyond JavaScript's exact numbers as BigInt. */
const attempt = z.object({
  id: z.union([z.number(), z.bigint()]).transform(String),
  guid: z.string(),
  event: z.string(),
  delivered_at: z.iso.datetime({ offset: true }),
  status: z.string(),
  status_code: z.number(),
})
type Attempt = z.infer<typeof attempt>

/** What became of one webhook so far. */
interface Told {
  newest: Attempt
  through: boolean
}

/**
 * The App's webhooks that did not come through. What was listed before is remembered, so that a look costs as many pages as
 * there are new attempts. GitHub's own filter for failures is of no use: it counts a redirection as a success.
 */
export function deliveries(clients: GitHubClients): Pick<GitHub, 'missedDeliveries' | 'redeliver'> {
  const told = new Map<string, Told>()
  /** Time of the newest attempt seen by a look that came to its end. */
  let seenUpTo = 0

  return {
    async missedDeliveries() {
      const { rest, paginate } = clients.app
      let newest = seenUpTo
      for await (const { data, headers } of paginate.iterator(rest.apps.listWebhookDeliveries, { per_page: 100 })) {
        // By GitHub's clock, not by this machine's.
        const forgotten = Date.parse(headers.date ?? '') - kept
        for (const [guid, known] of told) if (timeOf(known.newest) < forgotten) told.delete(guid)
        const page = z.array(attempt).parse(data)
        for (const one of page) if (timeOf(one) >= forgotten) note(told, one)
        newest = Math.max(newest, ...page.map(timeOf))
        if (page.some((one) => timeOf(one) < Math.max(forgotten, seenUpTo - overlap))) break
      }
      seenUpTo = newest
      return [...told.values()]
        .filter(({ through }) => !through)
        .toSorted((a, b) => timeOf(a.newest) - timeOf(b.newest))
        .map(({ newest: { id, guid, event, delivered_at, status } }) => ({ id, guid, event, deliveredAt: delivered_at, status }))
    },

    async redeliver(delivery) {
      // As text: a number would lose digits.
      await clients.app.request(`POST /app/hook/deliveries/${z.string().regex(/^\d+$/).parse(delivery)}/attempts`)
    },
  }
}

const timeOf = ({ delivered_at }: Attempt): number => Date.parse(delivered_at)

function note(told: Map<string, Told>, one: Attempt): void {
  const known = told.get(one.guid)
  const through = (known?.through ?? false) || (one.status_code >= 200 && one.status_code < 300)
  told.set(one.guid, { through, newest: known && !isNewer(one, known.newest) ? known.newest : one })
}

/** GitHub tells whole seconds; ids of one second grow. */
function isNewer(one: Attempt, other: Attempt): boolean {
  return timeOf(one) === timeOf(other) ? BigInt(one.id) > BigInt(other.id) : timeOf(one) > timeOf(other)
}
