import { parseProjectFile } from '../config/project-file.ts'
import { type PathsRule, projectFilePath } from '../domain/configuration.ts'
import { type Deployment, isTerminal } from '../domain/deployment.ts'
import { fullName, type Sha } from '../domain/repository.ts'
import { type Origins, originsIn } from '../plan/images.ts'
import type { Ancestor, Before, Content, PromotedImage, PromotionFacts, VerifiedRelease } from '../policy/gates/promotion.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { changedFiles } from './changed-files.ts'
import type { Passing } from './gates.ts'
import { lastSuccess } from './running.ts'
import type { Target } from './target.ts'

/** How many deployments back releases of the environment before are looked for. */
const remembered = 50
/** Of so many commits there the content is looked at, newest first, and of so many whether they are ancestors. */
const mostContents = 10
const mostAncestors = 5

export interface Promotable {
  facts: Omit<PromotionFacts, 'environment' | 'revision'>
  /** The very images that were promoted. */
  origins(images: Record<string, PromotedImage>): Origins
}

/**
 * What the environments before this one verified. Where one of them knows the very commit, nothing more is asked; else GitHub is asked
 * for the contents of the newest, and for what changed since them.
 */
export async function promotionFacts(passing: Passing, target: Target, after: readonly string[]): Promise<Promotable> {
  const { deployment, ports } = passing
  const { repository, revision = '' } = deployment
  const histories = await Promise.all(
    after.map(async (name) => [name, await ports.store.deployments.ofEnvironment(fullName(repository), name, remembered)] as const),
  )
  const there = histories.flatMap(([, history]) => history)
  const known = [...new Set(there.flatMap((one) => one.revision ?? []))]
  const contents = after.length === 0 || known.includes(revision) ? new Map<Sha, Sha>() : await treesOf([revision, ...known], passing)
  const content = (commit: Sha): Content => ({ revision: commit, tree: contents.get(commit) ?? commit })
  const before = histories.map(([name, history]) => beforeOf(name, history, target, content))
  const equal = before.some(({ verified }) => verified.some(({ tree }) => tree === contents.get(revision)))
  const searching = contents.size > 0 && !equal
  return {
    facts: {
      tree: content(revision).tree,
      images: Object.keys(target.file.images),
      before,
      ancestors: searching ? await ancestorsAmong(known.slice(0, mostAncestors), content, passing) : [],
      paths: searching ? await pathRules(passing, target) : [],
    },
    origins: (images) =>
      Object.fromEntries(
        Object.entries(images).flatMap(([name, { digest, revision: from }]) => {
          const pinned = there.flatMap(({ plan }) => plan?.images ?? []).find((image) => image.digest === digest && image.revision === from)
          return pinned ? [[name, { revision: from, pinned }]] : []
        }),
      ),
  }
}

async function treesOf(commits: readonly Sha[], { deployment, ports }: Passing): Promise<Map<Sha, Sha>> {
  const found = await Promise.all(commits.slice(0, mostContents + 1).map((commit) => ports.github.commitAt(deployment.repository, commit)))
  return new Map(found.flatMap((commit) => (commit ? [[commit.sha, commit.tree]] : [])))
}

function beforeOf(environment: string, history: Deployment[], { file }: Target, content: (commit: Sha) => Content): Before {
  const deploys = history.filter(({ kind }) => kind === 'deploy')
  const those = (wanted: (one: Deployment) => boolean) =>
    deploys.filter(wanted).flatMap(({ revision }) => (revision === undefined ? [] : [content(revision)]))
  const bad = new Set(quarantinedIn(history).map(({ revision }) => revision))
  return {
    environment,
    exists: Object.hasOwn(file.environments, environment),
    verified: deploys.flatMap((one) => (one.state === 'succeeded' ? verifiedIn(one, file.images, content, bad) : [])),
    underway: those(({ state }) => !isTerminal(state)),
    failed: those(({ state }) => state === 'failed' || state === 'rolled-back' || state === 'halted'),
  }
}

function verifiedIn(
  { revision, plan, finishedAt, createdAt }: Deployment,
  rules: Target['file']['images'],
  content: (commit: Sha) => Content,
  bad: ReadonlySet<Sha>,
): VerifiedRelease[] {
  if (revision === undefined || !plan) return []
  const images = Object.entries(originsIn(plan.images, rules)).flatMap(([name, { revision: from, pinned }]) =>
    pinned ? [[name, { digest: pinned.digest, revision: from }] as const] : [],
  )
  return [
    {
      ...content(revision),
      images: Object.fromEntries(images),
      verifiedAt: finishedAt ?? createdAt,
      quarantined: bad.has(revision),
    },
  ]
}

/** Those of these commits that the one to deploy is built on, the nearest first. */
async function ancestorsAmong(
  commits: readonly Sha[],
  content: (commit: Sha) => Content,
  { deployment, ports }: Passing,
): Promise<Ancestor[]> {
  const { repository, revision = '' } = deployment
  const asked = await Promise.all(
    commits.map(async (commit) => ({ commit, changes: await ports.github.changes(repository, commit, revision) })),
  )
  return asked
    .flatMap(({ commit, changes }) => (changes?.status === 'ahead' ? [{ commit, changes }] : []))
    .toSorted((one, other) => one.changes.ahead - other.changes.ahead)
    .map(({ commit, changes }) => ({ ...content(commit), changed: changedFiles(changes) }))
}

/** What the head leaves out, and what runs. */
async function pathRules({ deployment, ports }: Passing, { file }: Target): Promise<PathsRule[]> {
  const { repository, environment } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.revision
  const text = running === undefined ? undefined : await ports.github.file(repository, projectFilePath, running)
  const parsed = text === undefined ? undefined : parseProjectFile(text, projectFilePath, repository.name)
  return [file.paths, ...(parsed?.kind === 'ok' ? [parsed.value.paths] : [])]
}
