import type { BatchSize, RolloutRule, Wave } from '../domain/rollout.ts'

/**
 * Divides hosts into waves, in their order: first the canary, then batches of the asked size. Every host is in exactly one; the last
 * batch is what is left.
 */
export function wavesOf(hosts: readonly string[], { canary, batch, pause }: RolloutRule): Wave[] {
  const first = hosts.slice(0, canary?.hosts ?? 0)
  const others = hosts.slice(first.length)
  const size = sizeOf(batch, others.length)
  const batches = Array.from({ length: Math.ceil(others.length / size) }, (_, index) => others.slice(index * size, (index + 1) * size))
  const waves = [
    ...(first.length > 0 ? [{ hosts: first, pause: canary?.soak ?? pause, ...(canary?.approve && { approve: canary.approve }) }] : []),
    ...batches.map((names) => ({ hosts: names, pause })),
  ]
  return waves.map((wave, index) => (index === waves.length - 1 ? { hosts: wave.hosts, pause: 0 } : wave))
}

function sizeOf(batch: BatchSize | undefined, count: number): number {
  if (batch === undefined) return Math.max(1, count)
  return 'hosts' in batch ? batch.hosts : Math.max(1, Math.floor((count * batch.percent) / 100))
}
