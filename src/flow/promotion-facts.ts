import { parseProjectFile } from '../config/project-file.ts'
import type { PathsRule } from '../domain/configuration.ts'
import { bakesUntil, type Deployment, isTerminal, isVerified } from '../domain/deployment.ts'
import { fullName, type Sha } from '../domain/repository.ts'
import { type Origins, originsIn } from '../plan/images.ts'
import type { Alike, Before, Coming, Content, PromotedImage, PromotionFacts, VerifiedRelease } from '../policy/gates/promotion.ts'
import { quarantinedIn } from '../policy/quarantined.ts'
import { changedFiles } from './changed-files.ts'
import type { Passing } from './gates.ts'
import { lastSuccess } from './running.ts'
import type { Target } from './target.ts'

/** How many deployments back releases of the environment before are looked for. */
const remembered = 50
/** Of so many commits there the content is looked at, newest first, and of so many what changed since. */
const mostContents = 10
const mostAlike = 5

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
  const paths = searching ? await pathRules(passing, target) : []
  const alike = searching ? await alikeAmong(known.slice(0, mostAlike), content, paths.length > 0, passing) : []
  return {
    facts: {
      tree: content(revision).tree,
      images: Object.keys(target.file.images),
      before,
      alike,
      paths,
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
  const those = (wanted: (one: Deployment) => boolean): Coming[] =>
    deploys.filter(wanted).flatMap((one) => {
      const until = bakesUntil(one)
      return one.revision === undefined ? [] : [{ ...content(one.revision), ...(until !== undefined && { bakesUntil: until }) }]
    })
  const isWell = (one: Deployment) => isVerified(one) && bakesUntil(one) === undefined && one.soak?.state !== 'unwell'
  const bad = new Set(quarantinedIn(history).map(({ revision }) => revision))
  return {
    environment,
    exists: Object.hasOwn(file.environments, environment),
    verified: deploys.flatMap((one) => (isWell(one) ? verifiedIn(one, file.images, content, bad) : [])),
    underway: those((one) => !isTerminal(one.state) || one.awaits !== undefined || bakesUntil(one) !== undefined),
    failed: those(({ state, soak }) => state === 'failed' || state === 'rolled-back' || state === 'halted' || soak?.state === 'unwell'),
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

/**
 * Those of these commits that the one to deploy is built on, the nearest first; then those whose contents are compared as they are: a
 * squash leaves out where it came from, and a README may have changed on the branch it went to.
 *
 * @param ignoring whether there are files that do not count, without which other contents are never the same
 */
async function alikeAmong(
  commits: readonly Sha[],
  content: (commit: Sha) => Content,
  ignoring: boolean,
  { deployment, ports }: Passing,
): Promise<Alike[]> {
  const { repository, revision = '' } = deployment
  const asked = await Promise.all(
    commits.map(async (commit) => ({ commit, changes: await ports.github.changes(repository, commit, revision) })),
  )
  const ancestors = asked
    .flatMap(({ commit, changes }) => (changes?.status === 'ahead' ? [{ commit, changes }] : []))
    .toSorted((one, other) => one.changes.ahead - other.changes.ahead)
    .map(({ commit, changes }) => ({ ...content(commit), changed: changedFiles(changes) }))
  const apart = ignoring ? asked.filter(({ changes }) => changes?.status !== 'ahead').map(({ commit }) => commit) : []
  const compared = await Promise.all(
    apart.map(async (commit) => ({
      ...content(commit),
      changed: (await ports.github.differences(repository, commit, revision)) ?? ('unknown' as const),
    })),
  )
  return [...ancestors, ...compared]
}

/** What the head leaves out, and what runs; empty where one of them leaves out nothing. */
async function pathRules({ deployment, ports }: Passing, { path, file }: Target): Promise<PathsRule[]> {
  const { repository, environment } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.revision
  const text = running === undefined ? undefined : await ports.github.file(repository, path, running)
  const parsed = text === undefined ? undefined : parseProjectFile(text, path, repository.name)
  const rules = [file.paths, ...(parsed?.kind === 'ok' ? [parsed.value.paths] : [])]
  return rules.every(({ ignore, only }) => ignore.length + only.length > 0) ? rules : []
}
