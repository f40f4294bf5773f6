import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'

test('every pair can be read again: of those ssh2 makes one in 256 cannot', () => {
  const pairs = Array.from({ length: 2000 }, () => newKeyPair('landfall'))
  const unreadable = pairs.filter((pair) => [pair.private, pair.public].some((text) => ssh2.utils.parseKey(text) instanceof Error))
  expect(unreadable).toEqual([])
})
