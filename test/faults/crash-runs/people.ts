import { setTimeout as pause } from 'node:timers/promises'
import type { GitHubStandIn } from '../../lab/github/stand-in.ts'
import { type Behaviour, pushApp } from '../../lab/images.ts'
import type { Merged, Shop } from '../../lab/landfall/shop.ts'
import type { Registry } from '../../lab/registry.ts'
import type { Random } from './random.ts'
import type { Act, Telling, Version } from './script.ts'

/** What people did in a run, as they themselves know it. */
export interface History {
  /** Where main stood, oldest first, and from when on. */
  heads: { sha: string; at: number }[]
  /** By commit: the digest its build pushed. */
  digests: Map<string, string>
  /** Comments with a command. */
  commands: { comment: number; issue: number; by: string; mayDoIt: boolean; told: Telling }[]
}

export interface People {
  history: History
  /** Does it; GitHub tells of it in the background. */
  perform(act: Act): Promise<void>
  /** A merge that everybody knows to be good; GitHub has told of it when this resolves. */
  merge(title: string): Promise<Merged>
  /** Resolves when all that GitHub was to tell has been told. */
  allTold(): Promise<void>
}

const behaviours: Record<Version, Behaviour> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  crashes: 'crashes',
  stubborn: 'ignores-term',
}

/** Builds take so long that were not ready when their commit was merged, in milliseconds. */
const buildTime = [300, 2500] as const

export function peopleOf(shop: Shop, github: GitHubStandIn, registry: Registry, random: Random): People {
  const { repository } = shop
  const history: History = { heads: [], digests: new Map(), commands: [] }
  const telling: Promise<unknown>[] = []
  let issue: number | undefined
  let serial = 0

  const inBackground = (work: Promise<unknown>): void => void telling.push(work)
  const moved = (sha: string, digest?: string) => {
    history.heads.push({ sha, at: Date.now() })
    if (digest) history.digests.set(sha, digest)
  }

  async function build(sha: string, behaviour: Behaviour): Promise<void> {
    const { digest } = await pushApp(registry, { repository: `acme/${repository.name}`, tag: sha, version: sha, behaviour, index: true })
    history.digests.set(sha, digest)
  }

  async function merge(behaviour: Behaviour, there: boolean, told: 'later' | 'never'): Promise<Merged> {
    const merged = await shop.merge({ title: `Change ${++serial}`, behaviour, build: there, told })
    moved(merged.sha, merged.digest)
    issue ??= merged.pullRequest
    if (!there) inBackground(pause(random.whole(...buildTime)).then(() => build(merged.sha, behaviour)))
    return merged
  }

  /** Sends what GitHub has to say, in the manner of the act. */
  async function tell(guids: readonly string[], told: Telling): Promise<void> {
    if (told === 'late') await pause(random.whole(300, 2500))
    const order = told === 'shuffled' ? guids.toReversed() : guids
    for (const guid of order) {
      const delivered = github.redeliver(guid)
      if (told === 'shuffled') await Promise.all([delivered, pause(random.whole(0, 800))])
      else inBackground(delivered)
    }
    if (told !== 'twice') return
    await pause(random.whole(0, 1500))
    for (const guid of guids) {
      inBackground(github.redeliver(guid))
      inBackground(github.resend(guid, `again-${guid}`))
    }
  }

  const later = (told: Telling) => (told === 'never' ? 'never' : 'later')

  async function perform({ deed, told }: Act): Promise<void> {
    switch (deed.kind) {
      case 'merge': {
        const { guids } = await merge(behaviours[deed.version], deed.image === 'there', later(told))
        return inBackground(tell(guids, told))
      }
      case 'two merges': {
        const [first, second] = [await merge('healthy', true, later(told)), await merge('healthy', true, later(told))]
        const inOrder = [first, second]
        const order = deed.told === 'in order' ? inOrder : inOrder.toReversed()
        return inBackground(order.reduce((before, { guids }) => before.then(() => tell(guids, told)), Promise.resolve()))
      }
      case 'push': {
        const deliver = told === 'never' ? told : false
        const { sha, deliveries } = await repository.push('main', { 'CHANGES.md': `Push ${++serial}\n` }, { deliver })
        moved(sha)
        await build(sha, 'healthy')
        return inBackground(tell(guidsOf(deliveries), told))
      }
      case 'force push': {
        const to = history.heads.at(-1 - deed.back)
        if (!to) return
        // Counted from before it happens: whatever brings that commit again afterwards may do so.
        moved(to.sha)
        const { deliveries } = await repository.forcePush('main', to.sha, { deliver: told === 'never' ? told : false })
        return inBackground(tell(guidsOf(deliveries), told))
      }
      case 'rollback': {
        if (issue === undefined) throw new Error('there is no pull request to comment on')
        const deliver = told === 'never' ? told : false
        const { id, deliveries } = await repository.commentOn(issue, '/rollback', deed.by, { deliver })
        history.commands.push({ comment: id, issue, by: deed.by, mayDoIt: deed.by === 'mona', told })
        return inBackground(tell(guidsOf(deliveries), told))
      }
    }
  }

  return {
    history,
    perform,
    async merge(title) {
      const merged = await shop.merge({ title, told: 'later' })
      moved(merged.sha, merged.digest)
      issue ??= merged.pullRequest
      await tell(merged.guids, 'once')
      return merged
    },
    async allTold() {
      // Telling may lead to more of it.
      for (let known = -1; known !== telling.length; ) {
        known = telling.length
        await Promise.all(telling)
      }
    },
  }
}

const guidsOf = (deliveries: readonly { guid: string }[]): string[] => [...new Set(deliveries.map(({ guid }) => guid))]
