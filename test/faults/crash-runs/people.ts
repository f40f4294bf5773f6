import { setTimeout as pause } from 'node:timers/promises'
import type { GitHubStandIn } from '../../lab/github/stand-in.ts'
import { type Behaviour, pushApp } from '../../lab/images.ts'
import type { Merged, Shop } from '../../lab/landfall/shop.ts'
import type { Registry } from '../../lab/registry.ts'
import type { Act, CheckEnds, Said, Telling, Version } from './acts.ts'
import type { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import type { Random } from './random.ts'
import type { Rules } from './rules.ts'
import type { Vault } from './secrets.ts'
import { wordsOf } from './words.ts'

export interface People {
  history: History
  /** Does it; GitHub tells of it in the background. */
  perform(act: Act): Promise<void>
  /** A merge that everybody knows to be good; GitHub has told of it when this resolves. */
  merge(title: string): Promise<Merged>
  /** Somebody comments; GitHub has told of it when this resolves. */
  sayNow(said: Said): Promise<void>
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

export interface Around {
  rules: Rules | undefined
  fleet: Fleet | undefined
  random: Random
  /** Absent: there are no secrets. */
  vault: Vault | undefined
}

export function peopleOf(shop: Shop, github: GitHubStandIn, registry: Registry, { rules, fleet, random, vault }: Around): People {
  const { repository } = shop
  const history: History = { heads: [], digests: new Map(), checks: new Map(), secrets: new Map(), commands: [] }
  const telling: Promise<unknown>[] = []
  // What is said in a merged pull request is about what that one brought; here people talk about what there is.
  let issue = rules || fleet?.canary === 'approved' ? repository.openIssue('What goes live when', 'mona') : undefined
  let serial = 0

  const inBackground = (work: Promise<unknown>): void => void telling.push(work)
  const moved = (sha: string, digest?: string, secret = history.secrets.get(history.heads.at(-1)?.sha ?? '')) => {
    if (secret !== undefined && !history.secrets.has(sha)) history.secrets.set(sha, secret)
    history.heads.push({ sha, at: Date.now() })
    if (digest) history.digests.set(sha, digest)
  }

  async function build(sha: string, behaviour: Behaviour): Promise<void> {
    const { digest } = await pushApp(registry, { repository: `acme/${repository.name}`, tag: sha, version: sha, behaviour, index: true })
    history.digests.set(sha, digest)
  }

  /** The commit's check ends, where the town asks for one. */
  async function check(sha: string, ends: CheckEnds = 'green'): Promise<void> {
    if (!rules?.checks) return
    if (ends === 'late') await pause(random.whole(...buildTime))
    const conclusion = ends === 'red' ? 'failure' : 'success'
    history.checks.set(sha, { conclusion, at: Date.now() })
    await repository.reportCheck(sha, { name: 'build', conclusion })
  }

  async function merge(behaviour: Behaviour, there: boolean, told: 'later' | 'never', ends?: CheckEnds): Promise<Merged> {
    const secret = await vault?.rotate()
    const merged = await shop.merge({ title: `Change ${++serial}`, behaviour, build: there, told, ...secret })
    moved(merged.sha, merged.digest, secret?.value)
    issue ??= merged.pullRequest
    if (!there) inBackground(pause(random.whole(...buildTime)).then(() => build(merged.sha, behaviour)))
    inBackground(check(merged.sha, ends))
    return merged
  }

  async function comment({ word, by, place }: Said, told: Telling): Promise<string[]> {
    if (issue === undefined) throw new Error('there is no pull request to comment on')
    const body = wordsOf(word, place, history)
    const deliver = told === 'never' ? told : false
    const { id, deliveries } = await repository.commentOn(issue, body, by, { deliver })
    history.commands.push({ comment: id, issue, by, body, word, mayDoIt: by !== 'hubot', told })
    return guidsOf(deliveries)
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
        const { guids } = await merge(behaviours[deed.version], deed.image === 'there', later(told), deed.check)
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
        inBackground(check(sha))
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
      case 'say':
        return inBackground(tell(await comment(deed, told), told))
    }
  }

  return {
    history,
    perform,
    async merge(title) {
      const secret = await vault?.rotate()
      const merged = await shop.merge({ title, told: 'later', ...secret })
      moved(merged.sha, merged.digest, secret?.value)
      issue ??= merged.pullRequest
      await check(merged.sha)
      await tell(merged.guids, 'once')
      return merged
    },
    async sayNow(said) {
      await tell(await comment(said, 'once'), 'once')
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
