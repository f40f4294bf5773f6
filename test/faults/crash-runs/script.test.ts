import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scriptOf, tellScript } from './script.ts'

test('a seed tells the same story each time, and another seed another one', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(scriptOf(seed)).toEqual(scriptOf(seed))
      expect({ ...scriptOf(seed), seed: 0 }).not.toEqual({ ...scriptOf(seed + 1), seed: 0 })
    }),
  )
})

test('every strike belongs to an act and a host, and one machine has no servers to strike', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { profile, fleet, acts, strikes } = scriptOf(seed)
      for (const { during } of strikes) expect(acts[during]).toBeDefined()
      for (const { host, place } of strikes) expect(host).toBeLessThan(place === 'production' ? (fleet?.hosts ?? 1) : 1)
      if (profile === 'one machine') expect(strikes.map(({ kind }) => kind).join()).not.toMatch(/Redis|PostgreSQL/)
    }),
  )
})

test('many seeds together do everything there is to do', () => {
  const told = Array.from({ length: 400 }, (_, seed) => tellScript(scriptOf(seed)).join('\n')).join('\n')
  for (const words of [
    'is merged',
    'wrong order',
    'is pushed',
    'forced back',
    'hubot says rollback',
    'says approve about production',
    'says lock all',
    'says older again',
    'asked to approve',
    'its check red',
    'staging, and production that asks for what staging verified and 2 of somebody else to approve and a green check',
    'told never',
    'before its image',
    'Compose killed',
    '3 hosts one after the other',
    'a canary that is approved',
    'the new web beside the old',
    'what is proved is kept',
    'host 3)',
    'order late',
  ])
    expect(told).toContain(words)
})
