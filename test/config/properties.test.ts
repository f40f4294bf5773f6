import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { EnvironmentRule, ProjectFile, SourceRule, VerifyRule } from '../../src/domain/configuration.ts'
import type { ApprovalRule, CheckRule, GateRules, WeekMoment, WindowRule } from '../../src/domain/gate.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { BatchSize, CanaryRule, RolloutRule } from '../../src/domain/rollout.ts'
import { good, parseOperator, parseProject, problemsOf, projectWith } from './given.ts'

/** Pieces of YAML and of both files, in any order: far likelier to reach deep than random letters. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\n  ',
    '\n    ',
    ' ',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a ',
    '*a',
    '!t ',
    '---\n',
    '%YAML 1.1\n',
    '\t',
    '\r\n',
    '\uFEFF',
  ],
  ...[
    'version: 1\n',
    'environments:\n',
    'production: ',
    'branch: main',
    'hosts: [web-1]',
    'verify: ',
    'web',
    'port',
    '80',
    '60s',
    'null',
    '~',
    'after: a',
    'tag: v*',
    'checks: ',
    'approve: ',
    'count: 2',
    'windows: ',
    'deny: Fri 16:00 - Mon 06:00',
    'zone: ',
    'paths: ',
    '**/*.md',
    'rollout: ',
    'batch: 50%',
    'canary: 1',
    'defaults: ',
    '<<',
    '__proto__',
  ],
  ...[
    'hosts:\n',
    'address: a',
    'host-key: x',
    'repositories:\n',
    'acme/*: ',
    'projects: ["*"]',
    'chat:\n',
    'slack: ',
    'password: ',
    'require: ',
  ],
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  fc.array(pieces, { maxLength: 20 }).map((parts) => projectWith({ environment: parts.join('') })),
  fc.jsonValue().map((value) => stringify(value)),
)

const isInside = (text: string, { line = 0, column = 0 }: Problem): boolean => {
  const lines = text.split('\n')
  return line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1
}

describe('whatever text is given', () => {
  test.each([
    ['project', (text: string) => parseProject(text)],
    ['operator', (text: string) => parseOperator(text)],
  ])('the %s parser does not throw, and each problem lies inside the file and says what to do', (_name, parse) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parse(text)
        const problems = problemsOf(parsed)
        expect(parsed.kind === 'ok' || problems.length > 0).toBe(true)
        for (const problem of problems) {
          expect(isInside(text, problem), `${problem.line}:${problem.column} in ${JSON.stringify(text)}`).toBe(true)
          expect(problem.what).not.toMatch(/^$|\.$|\n/)
          expect(problem.remedy).not.toMatch(/^$|\.$|\n/)
        }
      }),
      { numRuns: 150 },
    )
  })
})

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,12}$/)
const service = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/)
const path = fc.stringMatching(/^\/[a-z0-9/._?=&%-]{0,20}$/)
const file = fc.stringMatching(/^[a-z0-9_.]{1,8}\/[a-z0-9_]{1,8}\.env$/).filter((text) => !/^\.{1,2}\//.test(text))
const few = { maxLength: 4 }
const named = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>, minKeys = 0) =>
  fc.dictionary(key, value, { minKeys, maxKeys: 4, noNullPrototype: true })

const verify: fc.Arbitrary<VerifyRule> = fc.record(
  {
    port: fc.integer({ min: 1, max: 65_535 }),
    health: path,
    version: fc.record({ path, pointer: path.map((text) => text.replaceAll(/[?=&%]/g, '')) }, { requiredKeys: ['path'] }),
    smoke: fc.array(path, few),
    within: fc.integer({ min: 1, max: 3_600 }),
    soak: fc.integer({ min: 0, max: 3_600 }),
  },
  { requiredKeys: ['port', 'smoke', 'within', 'soak'] },
)
const source: fc.Arbitrary<SourceRule> = fc.oneof(
  name.map((branch) => ({ kind: 'branch' as const, branch })),
  name.map((text) => ({ kind: 'tag' as const, pattern: `${text}*` })),
)
const patterns = (minLength = 0) =>
  fc.uniqueArray(
    fc.array(fc.constantFrom('a', '.b', '**', '*.md', 'x?'), { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
    { minLength, maxLength: 4 },
  )

const checks: fc.Arbitrary<CheckRule> = fc.oneof(
  fc.constantFrom<CheckRule>({ kind: 'all' }, { kind: 'none' }),
  fc
    .uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 4 })
    .map((names) => ({ kind: 'named' as const, names })),
)
const approve: fc.Arbitrary<ApprovalRule> = fc
  .record({ people: fc.uniqueArray(name, few), count: fc.integer({ min: 1, max: 20 }), notAuthor: fc.boolean() })
  .map(({ people, count, notAuthor }) => ({ by: people.length < count ? people.map((one) => `team:${one}`) : people, count, notAuthor }))
const moment = (days: { min: number; max: number }) => fc.record({ day: fc.integer(days), minute: fc.integer({ min: 0, max: 1439 }) })
const shown = ({ day, minute }: WeekMoment) =>
  `${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day - 1]} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${minute % 60 < 10 ? '0' : ''}${minute % 60}`
/** The week from Monday to Thursday may be denied and Sunday is allowed, so that some minute is open. */
const window: fc.Arbitrary<WindowRule> = fc
  .oneof(
    fc.record({ kind: fc.constant('deny' as const), from: moment({ min: 1, max: 2 }), to: moment({ min: 3, max: 4 }) }),
    fc.record({ kind: fc.constant('allow' as const), from: moment({ min: 6, max: 6 }), to: moment({ min: 7, max: 7 }) }),
  )
  .chain((rule) =>
    fc
      .constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata')
      .map((zone) => ({ ...rule, zone, text: `${shown(rule.from)} - ${shown(rule.to)}` })),
  )
const gates: fc.Arbitrary<GateRules> = fc.record(
  { checks, approve, windows: fc.array(window, few) },
  { requiredKeys: ['checks', 'windows'] },
)

const batch: fc.Arbitrary<BatchSize> = fc.oneof(
  fc.integer({ min: 1, max: 1000 }).map((hosts) => ({ hosts })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
)
const canary: fc.Arbitrary<CanaryRule> = fc.record(
  {
    hosts: fc.integer({ min: 1, max: 1000 }),
    soak: fc.integer({ min: 0, max: 43_200 }),
    approve: fc.record({ within: fc.integer({ min: 60, max: 604_800 }) }),
  },
  { requiredKeys: ['hosts'] },
)
/** A pause needs something to be between. */
const rollout: fc.Arbitrary<RolloutRule> = fc
  .record({ canary, batch, pause: fc.integer({ min: 0, max: 3_600 }) }, { requiredKeys: ['pause'] })
  .map((rule) => (rule.canary || rule.batch ? rule : { pause: 0 }))

const environment: fc.Arbitrary<Omit<EnvironmentRule, 'name' | 'hosts'>> = fc.record(
  {
    source,
    gates,
    env: file,
    url: fc.webUrl({ validSchemes: ['http', 'https'] }),
    verify: named(service, verify),
    imageWithin: fc.integer({ min: 1, max: 86_400 }),
    keep: fc.integer({ min: 2, max: 50 }),
    secretsAge: fc.integer({ min: 1, max: 999 }).map((days) => days * 86_400),
    rollout,
  },
  { requiredKeys: ['source', 'gates', 'verify', 'imageWithin', 'keep', 'rollout'] },
)
/** Any project file there can be; each environment on a host of its own. */
const projectFile: fc.Arbitrary<ProjectFile> = fc
  .record({
    project: name,
    compose: fc.uniqueArray(file, few),
    images: named(
      service,
      fc.record(
        {
          repository: name.map((text) => `ghcr.io/acme/x${text.replaceAll(/[_-]/g, '')}`),
          tag: name.map((text) => `${text}-{sha}`),
          paths: patterns(1),
        },
        { requiredKeys: ['repository', 'tag'] },
      ),
    ),
    paths: fc.record({ ignore: patterns(), only: patterns() }),
    environments: named(name, environment, 1),
    notify: fc.uniqueArray(
      name.map((text) => `slack:${text}`),
      few,
    ),
  })
  .map((project) => ({
    ...project,
    environments: Object.fromEntries(
      Object.entries(project.environments).map(([key, { gates, ...value }], index, all) => {
        const after = index % 2 === 1 ? all[index - 1]?.[0] : undefined
        const hosts = [`host-${index}`, `@group-${index}`]
        return [key, { ...value, name: key, hosts, gates: { ...gates, ...(after !== undefined && { after }) } }]
      }),
    ),
  }))
  .filter(({ images }) => new Set(Object.values(images).map(({ repository, tag }) => repository + tag)).size === Object.keys(images).length)

/** The file as a person would write it. */
const written = ({ compose, environments, paths, ...rest }: ProjectFile): string =>
  stringify({
    version: 1,
    ...rest,
    ...(compose.length > 0 && { compose }),
    paths: Object.fromEntries(Object.entries(paths).filter(([, list]) => list.length > 0)),
    environments: Object.fromEntries(
      Object.entries(environments).map(
        ([key, { name: _, gates, source, verify: rules, imageWithin, secretsAge, rollout: waves, ...environment }]) => [
          key,
          {
            ...environment,
            ...(source.kind === 'branch' ? { branch: source.branch } : { tag: source.pattern }),
            ...writtenGates(gates),
            'image-within': `${imageWithin}s`,
            'secrets-age': secretsAge === undefined ? 'none' : `${secretsAge / 86_400}d`,
            rollout: writtenRollout(waves),
            verify: Object.fromEntries(Object.entries(rules).map(([of, rule]) => [of, probe(rule)])),
          },
        ],
      ),
    ),
  })
const writtenGates = ({ checks, approve, windows, ...rest }: GateRules) => ({
  ...rest,
  checks: checks.kind === 'named' ? checks.names : checks.kind,
  ...(approve && {
    approve: { ...(approve.by.length > 0 && { by: approve.by }), count: approve.count, 'not-author': approve.notAuthor },
  }),
  windows: windows.map(({ kind, text, zone }) => ({ [kind]: text, zone })),
})
const writtenCanary = ({ hosts, soak, approve: asked }: CanaryRule) =>
  soak === undefined && asked === undefined
    ? hosts
    : {
        hosts,
        ...(soak !== undefined && { soak: `${soak}s` }),
        // biome-ignore lint/suspicious/noThenProperty: it is the word people write
        ...(asked && { then: 'approve', within: `${asked.within}s` }),
      }
const writtenRollout = ({ canary: first, batch: size, pause }: RolloutRule) => ({
  ...(first && { canary: writtenCanary(first) }),
  ...(size && { strategy: 'rolling', batch: 'hosts' in size ? size.hosts : `${size.percent}%` }),
  ...((first || size) && { pause: `${pause}s` }),
})
const probe = ({ version, within, soak, ...rest }: VerifyRule) => ({
  ...rest,
  within: `${within}s`,
  soak: `${soak}s`,
  ...(version && { version: version.path + (version.pointer === undefined ? '' : `#${version.pointer}`) }),
})

test('any project, written down, is read back as it was', () => {
  fc.assert(
    fc.property(projectFile, (project) => {
      expect(good(parseProject(written(project)))).toEqual(project)
    }),
    { numRuns: 40 },
  )
})
