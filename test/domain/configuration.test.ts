import { expect, test } from 'vitest'
import { follows, type SourceRule } from '../../src/domain/configuration.ts'

const main: SourceRule = { kind: 'branch', branch: 'main' }
const versions: SourceRule = { kind: 'tag', pattern: 'v*' }

test.each<[source: SourceRule, ref: string, expected: boolean]>([
  [main, 'refs/heads/main', true],
  [main, 'refs/heads/main2', false],
  [main, 'refs/heads/feature/main', false],
  [main, 'refs/tags/main', false],
  [{ kind: 'branch', branch: 'v*' }, 'refs/heads/v1', false],
  [versions, 'refs/tags/v1.2', true],
  [versions, 'refs/tags/v', true],
  [versions, 'refs/tags/v1/rc', false],
  [versions, 'refs/tags/rv1', false],
  [versions, 'refs/heads/v1', false],
])('%j and a push to %s: %s', (source, ref, expected) => expect(follows(source, ref)).toBe(expected))
