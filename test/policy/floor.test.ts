import { expect, test } from 'vitest'
import type { RepositoryRule } from '../../src/domain/configuration.ts'
import type { GateRules } from '../../src/domain/gate.ts'
import { floorOf } from '../../src/policy/floor.ts'

const all: Partial<GateRules> = { checks: { kind: 'all' } }
const staged: Partial<GateRules> = { after: 'staging' }

test.each<[why: string, floor: RepositoryRule['require'], expected: Partial<GateRules>[]]>([
  ['nothing required, nothing asked', {}, []],
  ['what is required of another environment', { staging: all }, []],
  ['what is required of every environment', { '*': all }, [all]],
  ['what is required of this one', { production: staged }, [staged]],
  ['a name adds to what holds for every one: a floor gets no holes', { '*': all, production: staged }, [all, staged]],
])('%s', (_why, floor, expected) => {
  const granted: RepositoryRule = { name: 'acme/*', projects: [], environments: {}, registries: [], notify: [], allow: [], require: floor }
  expect(floorOf(granted, 'production')).toEqual(expected)
  expect(floorOf(granted, 'constructor')).toEqual(expected.filter((rules) => rules === floor['*']))
})
