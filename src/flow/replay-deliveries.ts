import type { Ports } from './ports.ts'

/** How often one webhook is asked for again. Where GitHub cannot reach Landfall at all, more would change nothing. */
const mostTries = 3

/**
 * Asks GitHub to deliver again what it could not. Each keeps its GUID, so that one which came through after all is the same
 * wish still.
 */
export async function replayDeliveries(ports: Ports, signal: AbortSignal): Promise<void> {
  const missed = await ports.github.missedDeliveries()
  const tries = await ports.store.replays.tries(missed.map(({ guid }) => guid))
  for (const { id, guid, event, deliveredAt, status } of missed) {
    const before = tries.get(guid) ?? 0
    if (before >= mostTries) continue
    signal.throwIfAborted()
    // Recorded first: what cannot be delivered again, because GitHub has forgotten it, is not asked for for ever.
    await ports.store.replays.record({ guid, event, missedAt: deliveredAt, status, replayedAt: ports.clock.now().toISOString() })
    ports.log.warn('missed delivery asked for again', { delivery: guid, event, missedAt: deliveredAt, status, tries: before + 1 })
    await ports.github.redeliver(id)
  }
}
