import type { Draft } from '../domain/plan.ts'

/** Hosts of the waves from one position to another, that one left out, without those that are away. */
export const hostsHere = ({ waves, away = [] }: Draft, from: number, to: number): string[] =>
  waves.slice(from, to).flatMap(({ hosts }) => hosts.filter((name) => !away.includes(name)))
