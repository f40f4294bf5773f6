import { expect, test } from 'vitest'
import { tagOf } from '../../src/plan/images.ts'
import { good, parseProject } from '../config/given.ts'
import { filledIn, type Job, read, stepWith, workflow } from './repository.ts'

const text = read('.github/workflows/build.yml')
const build = workflow()
const jobs = Object.values(build.jobs)
const steps = jobs.flatMap((job) => job.steps)
const project = good(parseProject(read('.github/landfall.yml')))
const sha = '0123456789abcdef0123456789abcdef01234567'

test('every Action is pinned by its commit, with the version beside it', () => {
  const used = text.split('\n').filter((line) => line.includes('uses:'))
  expect(used.length).toBe(steps.filter(({ uses }) => uses).length)
  expect(used.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  expect(read('.github/dependabot.yml')).toContain('package-ecosystem: github-actions')
})

test('an Action has one version', () => {
  const pins = new Set(steps.flatMap(({ uses }) => uses ?? []))
  expect(new Set([...pins].map((pin) => pin.split('@')[0])).size).toBe(pins.size)
})

test('no job may do more than it does', () => {
  expect(build.permissions).toEqual({})
  const permissions = Object.fromEntries(Object.entries(build.jobs).map(([name, job]) => [name, job.permissions]))
  expect(permissions).toEqual({
    test: { contents: 'read' },
    try: { contents: 'read' },
    image: { contents: 'read', deployments: 'read', packages: 'write' },
  })
})

test('an image is pushed for commits of the branches that environments follow, and for no pull request', () => {
  const followed = Object.values(project.environments).map(({ source }) => (source.kind === 'branch' ? source.branch : source.pattern))
  expect(new Set(followed)).toEqual(new Set(build.on.push.branches))
  expect(build.jobs.image.if).toBe("github.event_name != 'pull_request' && github.ref == 'refs/heads/main'")
  expect(build.on.push.branches).toEqual(['main'])
  const pushing = (job: Job) => job.steps.some((step) => `${step.with?.push ?? false}` !== 'false' || step.uses?.includes('login'))
  expect(jobs.filter(pushing)).toEqual([build.jobs.image])
})

test('it is tagged as Landfall will ask for it, and says which commit it is', () => {
  const { with: inputs = {} } = stepWith(build.jobs.image, 'docker/build-push-action')
  const given = {
    'github.sha': sha,
    'env.IMAGE': build.env.IMAGE ?? '',
    'github.server_url': 'https://x',
    'github.repository': 'acme/shop',
  }
  const input = (name: string) => filledIn(`${inputs[name]}`, given).trim().split('\n')
  const rule = project.images.web
  expect(input('tags')).toEqual(rule ? [`${rule.repository}:${tagOf(rule, sha)}`] : [])
  expect(input('tags')[0]).toContain(`:${sha}`)
  expect(input('labels')).toContain(`org.opencontainers.image.revision=${sha}`)
  expect(input('build-args')).toEqual([`REVISION=${sha}`])
  expect(inputs).toMatchObject({ push: true, provenance: 'mode=max', sbom: true })
})

test('tests and build begin together, and both build from the cache', () => {
  expect(jobs.map(({ needs }) => needs)).toEqual([undefined, undefined, undefined])
  for (const job of [build.jobs.try, build.jobs.image]) {
    expect(stepWith(job, 'docker/build-push-action').with?.['cache-from']).toBe('type=gha')
  }
  expect(stepWith(build.jobs.image, 'docker/build-push-action').with?.['cache-to']).toMatch(/^type=gha,mode=max/)
})

test.each(['try', 'image'] as const)('the job %s asks first whether there is anything to build, and does nothing more if not', (name) => {
  const [checkout, decision, ...rest] = build.jobs[name].steps
  expect(checkout?.uses).toContain('actions/checkout@')
  expect(decision).toMatchObject({
    id: 'image',
    run: expect.stringMatching(/^node \.github\/image-changed\.mjs web\b.* >> "\$GITHUB_OUTPUT"$/),
  })
  expect(rest.map((step) => step.if)).toEqual(rest.map(() => "steps.image.outputs.changed == 'true'"))
})

test('what runs is asked of every environment that takes the image from the build', () => {
  const fed = Object.values(project.environments).filter(({ gates }) => gates.after === undefined)
  expect(build.jobs.image.steps[1]?.run).toContain(`image-changed.mjs web ${fed.map(({ name }) => name).join(' ')} >>`)
})

test('the token goes to GitHub and to its registry, and is in no command, no log and no image', () => {
  expect(text).not.toContain('secrets.')
  const holders = steps.filter((step) => JSON.stringify(step).includes('github.token'))
  expect(holders).toEqual([build.jobs.image.steps[1], stepWith(build.jobs.image, 'docker/login-action')])
  expect(steps.flatMap(({ run }) => run ?? []).filter((run) => run.includes('${{'))).toEqual([])
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
  expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual([false, false, false])
})

test('nothing hangs for hours, and nothing that is out of date goes on', () => {
  expect(jobs.every((job) => job['timeout-minutes'] <= 20)).toBe(true)
  // By commit on main, where every commit gets its image; by number in pull requests, where only the last one counts.
  expect(build.concurrency).toEqual({
    group: 'build-${{ github.event.pull_request.number || github.sha }}',
    'cancel-in-progress': true,
  })
})
