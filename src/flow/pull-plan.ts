import { releaseBefore } from '../domain/adoption.ts'
import type { EnvironmentRule, ProjectFile } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import type { Outlook, PullPlan } from '../domain/pull-plan.ts'
import { problemsReason } from '../domain/reason.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import { withRoom } from '../plan/beside.ts'
import { filesIn } from '../plan/files-since.ts'
import { type ServiceImage, withOrigins } from '../plan/images.ts'
import { gatesAhead } from '../policy/gates/ahead.ts'
import { ignoreAnything, paths, pathsFor } from '../policy/gates/paths.ts'
import { operatorSecretsOf } from '../policy/operator-secrets.ts'
import { assumedHosts, platformsOf } from './assumed-hosts.ts'
import { bringsBack } from './brings-back.ts'
import { changedFiles } from './changed-files.ts'
import { contractOf } from './contract-facts.ts'
import { draftOf } from './draft.ts'
import { demandsOn, type Passing } from './gates.ts'
import { keptImages } from './kept-images.ts'
import type { Ports, PullRequestFacts } from './ports.ts'
import { changedVariables } from './pull-variables.ts'
import { readProjects } from './read-projects.ts'
import { renderTarget } from './render-target.ts'
import { resolveImages } from './resolve-images.ts'
import { lastSuccess } from './running.ts'
import { type Target, targetOf } from './target.ts'

/** What a pull request would bring: a commit, and the branch or commit that says where to. */
interface Brought {
  pull: PullRequestFacts
  repository: Repository
  revision: Sha
  ref: string
}

/** It cannot be told now, for what passes; look again after so many seconds. `why` is for the log. */
export interface Later {
  kind: 'later'
  seconds: number
  why: string
}

/**
 * What merging a pull request would do, environment by environment. Of one from a fork nothing of a stranger's is read: it is what the
 * base branch would do with its own files.
 *
 * @param merged GitHub's trial merge, where there is one
 */
export async function planPullRequest(
  pull: PullRequestFacts,
  repository: Repository,
  merged: Sha | undefined,
  ports: Ports,
): Promise<{ kind: 'planned'; plan: PullPlan } | Later> {
  const base = pull.fork ? (await ports.github.head(repository, pull.base.branch))?.sha : undefined
  // Neither the trial merge nor the head would do: both hold what a stranger wrote.
  if (pull.fork && base === undefined) return { kind: 'later', seconds: 0, why: `there is no branch ${pull.base.branch}` }
  const revision = base ?? merged ?? pull.head.sha
  const brought = { pull, repository, revision, ref: pull.fork ? pull.base.branch : revision }
  const projects = await readProjects(repository, brought.ref, ports)
  const environments: Outlook[] = projects.broken.map(({ path, problems }) => ({
    kind: 'refused',
    environment: path,
    reason: problemsReason('configuration-invalid', problems),
  }))
  for (const { file, path } of projects.good) {
    for (const rule of Object.values(file.environments)) {
      if (rule.source.kind !== 'branch' || rule.source.branch !== pull.base.branch) continue
      const outlook = await outlookOf(rule, file, path, brought, ports)
      if (outlook.kind === 'later') return outlook
      environments.push(outlook)
    }
  }
  const plan = {
    repository,
    number: pull.number,
    head: pull.head.sha,
    base: pull.base.branch,
    ...(merged !== undefined && !pull.fork && { merged }),
    fork: pull.fork,
    at: ports.clock.now().toISOString(),
    environments,
  }
  return { kind: 'planned', plan }
}

async function outlookOf(rule: EnvironmentRule, file: ProjectFile, path: string, brought: Brought, ports: Ports): Promise<Outlook | Later> {
  const { repository, revision, pull } = brought
  const environment = rule.name
  const passing = { deployment: asDeployment(rule, file, brought, ports), ports, notify: [] }
  const target = await targetOf({ ...passing, into: pull.base.branch })
  if (target.kind !== 'ok') return { kind: 'refused', environment, reason: target.reason }
  const running = await lastSuccess(repository, environment, ports)
  if (running?.revision !== undefined && ignoreAnything(file.paths) && !pull.fork) {
    const decision = paths(pathsFor(file, rule), path, changedFiles(await ports.github.changes(repository, running.revision, revision)))
    if (decision.kind === 'nothing-to-do') return { kind: 'nothing', environment, why: decision.why }
  }
  // Whoever opens a pull request from outside must not have anything of the operator's read, or any command run, as often as they like.
  if (pull.fork && operatorSecretsOf(ports.operator.current(), fullName(repository), environment))
    return { kind: 'nothing', environment, why: 'for a fork nothing is computed that needs values from the operator' }
  const adoption = running ? undefined : await ports.store.adoptions.of(fullName(repository), environment)
  const before = running?.plan ?? (adoption && releaseBefore(adoption))
  const rendered = await renderTarget(repository, revision, target.value, ports)
  if (rendered.kind === 'waiting') return { kind: 'later', seconds: rendered.seconds, why: rendered.reason.code }
  if (rendered.kind !== 'ok') return { kind: 'refused', environment, reason: rendered.reason }
  const origins = await keptImages(file.images, passing)
  const images = withOrigins(rendered.value.images, origins, file.images)
  const known = [...Object.values(origins).flatMap(({ pinned }) => pinned ?? []), ...(before?.images ?? [])]
  const others = await resolveImages(images, { built: false, known, within: aMoment }, passing)
  // A check that is red for what passes would keep people from merging what is well.
  if (others.kind === 'waiting') return { kind: 'later', seconds: others.seconds, why: others.reason.code }
  if (others.kind !== 'ok') return { kind: 'refused', environment, reason: others.reason }
  const platforms = platformsOf(target.value.hosts, before, others.value)
  const built = images.filter((image) => image.built !== undefined).map((image) => builtImage(image, known, [...platforms.values()]))
  const draft = draftOf(
    {
      kind: 'deploy',
      release: passing.deployment.id,
      rendered: { ...rendered.value, images },
      pinned: [...others.value, ...built],
      seen: assumedHosts(target.value, platforms, before),
      running: before && {
        services: before.services,
        others: [],
        room: withRoom(before),
        files: filesIn([before]),
        images: before.images,
      },
      gates: rule.gates,
      rollout: rule.rollout,
      contract: await contractOf(rendered.value.environment.before ?? [], passing),
    },
    target.value,
    passing,
  )
  if (draft.kind !== 'ok') return { kind: 'refused', environment, reason: draft.reason }
  const variables = await changedVariables(rendered.value.values, draft.value, running?.plan, ports)
  const broughtBack = pull.fork ? [] : await bringsBack(passing)
  return {
    kind: 'planned',
    environment,
    draft: draft.value,
    ...(adoption && { adopts: true as const }),
    unbuilt: [...new Set(built.filter(({ digest }) => digest === notBuilt).map(({ repository: name }) => name))],
    ...(running?.plan && { before: { revision: running.plan.revision, compose: running.plan.compose } }),
    closed: await closedAhead(passing, target.value, pull),
    ...(variables.length > 0 && { variables }),
    ...(broughtBack.length > 0 && { broughtBack }),
  }
}

/** In seconds. A registry that is busy is waited for as long, so that it is told from one that refuses. */
const aMoment = 60

const closedAhead = async (passing: Passing, target: Target, pull: PullRequestFacts) =>
  gatesAhead({
    demands: await demandsOn(passing, target),
    environment: passing.deployment.environment,
    revision: passing.deployment.revision ?? '',
    pull: { number: pull.number, author: pull.author },
    locks: await passing.ports.store.locks.of(fullName(passing.deployment.repository)),
    now: passing.ports.clock.now().toISOString(),
  })

/** The deployment that the merge would lead to. Nobody stores it. */
const asDeployment = (
  { name: environment }: EnvironmentRule,
  { project }: ProjectFile,
  { pull, repository, revision, ref }: Brought,
  { clock }: Ports,
): Deployment => ({
  id: `pull request ${pull.number}`,
  intent: '',
  kind: 'deploy',
  repository,
  project,
  environment,
  revision,
  branch: ref,
  actor: pull.author,
  pullRequest: pull.number,
  state: 'queued',
  createdAt: clock.now().toISOString(),
})

/** Stands for the digest of an image that only the merge will build. */
const notBuilt = `sha256:${'0'.repeat(64)}`

function builtImage({ line, repository, tag, built }: ServiceImage, known: readonly PinnedImage[], platforms: string[]): PinnedImage {
  const fixed = known.find((one) => one.repository === repository && one.revision === built?.revision)
  if (fixed) return { ...fixed, line, tag }
  const offered = platforms.map((platform) => ({ platform, manifest: notBuilt, config: notBuilt }))
  return { line, repository, tag, digest: notBuilt, platforms: offered, ...(built && { revision: built.revision }) }
}
