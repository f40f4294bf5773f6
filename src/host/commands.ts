import type { OneOff } from '../domain/one-off.ts'
import type { Need } from '../domain/plan.ts'
import { encloseLogins, type Login, passportOf } from './bundle.ts'
import type { Command } from './command.ts'
import { type Authority, encloseOrder, type Sign } from './order.ts'

/** A project's environment on a host. */
export interface Place {
  project: string
  environment: string
}

/** A release on a host. */
export interface ReleaseRef extends Place {
  generation: number
}

/** Version of landfall-shell that this Landfall installs, and the oldest it speaks to. */
export const shellVersion = 5
export const oldestShell = 4

/** Whether Landfall can work with a host whose landfall-shell has this version. */
export const speaksTo = (shell: number): boolean => shell >= oldestShell && shell <= shellVersion

/** Long work says it lives every three seconds; five missed in a row mean a dead connection or machine. */
const silence = 15

/** Looking is quick; Docker under load has taken seconds. */
const looking = { stalls: 30, limit: 30 }

/** A pull ends on the host when Docker tells no step for so long; a first pull over a slow line may take hours in all. */
const pullStallsAfter = 60
const pulling = { stalls: silence, limit: 4 * 3600 }

/** `up` waits for containers to stop, each with its own grace period, and for health where `depends_on` asks for it. */
const switching = { stalls: silence, limit: 1800 }

/** A container that runs once may take an hour by its rule; beside that, time for what it needs, and to be stopped. */
const longestOnce = 3600
const aroundOnce = 300

/** For so many seconds at most a command keeps a project and environment to itself; others are told that it is busy. */
export const longestHold = Math.max(switching.limit, longestOnce + aroundOnce)

const words = ({ project, environment }: Place): string[] => [project, environment]
const releaseWords = (release: ReleaseRef): string[] => [...words(release), String(release.generation)]

/** Versions, platform, image store and missing tools of a host. Read with `readHello`. */
export const hello = (): Command => ({ verb: 'hello', args: [], ...looking })

/** What a host needs beside Docker, and what is held there. Read with `readCheck`. Needs version 5. */
export const check = (): Command => ({ verb: 'check', args: [], ...looking })

/**
 * Whether the host gets images from a registry with a login: its Docker looks up what runs from there, or else logs in. Read with
 * `readRegistryTried`. Needs version 5.
 */
export const tryRegistry = (login: Login, sign: Sign): Command => ({
  verb: 'registry',
  args: [login.registry],
  stdin: encloseOrder(
    'registry',
    [login.registry],
    { sign },
    Buffer.concat([encloseLogins([login]), Buffer.from(`${passportOf(login)}\n`)]),
  ),
  stalls: silence,
  limit: 240,
})

/** What runs there. Read with `readHostState`. */
export const inspect = (place: Place): Command => ({ verb: 'inspect', args: words(place), ...looking })

/** Puts a signed bundle (`encloseBundle`) into place, then pulls every image it names, by digest. Nothing is stopped. */
export const put = (release: ReleaseRef, by: Authority, envelope: Uint8Array): Command => ({
  ...ordered('put', release, by, { words: [String(pullStallsAfter)], input: envelope }),
  ...pulling,
})

/** Pulls again the images of a release that was put. `logins` comes from `encloseLogins`. */
export const pull = (release: ReleaseRef, by: Authority, logins: Uint8Array): Command => ({
  ...ordered('pull', release, by, { words: [String(pullStallsAfter)], input: logins }),
  ...pulling,
})

/** MiB that have to be free on a host for images that may never be needed. */
const roomToFetch = 2048

/**
 * Pulls images, by digest, of a generation that may come, so that its own pull needs next to no time. Nothing is put for it, and the order
 * counts for nothing once that generation is. `logins` comes from `encloseLogins`.
 */
export const fetch = (release: ReleaseRef, by: Authority, images: readonly string[], logins: Uint8Array): Command => ({
  ...ordered('fetch', release, by, { words: [String(pullStallsAfter), String(roomToFetch), ...images], input: logins }),
  ...pulling,
})

/** What runs once in a container of its own. */
export interface Once extends OneOff {
  /** Lower case letters, digits, `-`: by it the host knows what it ran already for this release. */
  name: string
  /** The generation of the release whose container it is. */
  of: number
  needs: readonly Need[]
}

/**
 * Runs a container once, and waits for its end. Read with `readEnded`. May be sent again at any time: the host answers with what came of it, and
 * waits for one that still runs. Needs version 5.
 *
 * @param release the newest there is; `of` may be an older one that runs
 */
export const once = (release: ReleaseRef, by: Authority, { name, of, service, within, needs, run }: Once): Command => ({
  ...ordered('once', release, by, {
    words: [
      ...[name, String(of), service, String(within)],
      needs.map((need) => `${need.service}=${need.is}`).join('+') || '-',
      ...run.map((word) => Buffer.from(word).toString('base64')),
    ],
  }),
  stalls: silence,
  limit: within + aroundOnce,
})

/** Makes a release that was put the running one: exactly the services its plan changes. May be sent again at any time. */
export const switchTo = (release: ReleaseRef, by: Authority): Command => ({ ...ordered('switch', release, by), ...switching })

/**
 * Takes the containers away that new ones were started beside, or that those of the release before were started beside on the way back. Says
 * which hooks failed (`readFailedHooks`). May be sent again at any time.
 */
export const retire = (release: ReleaseRef, by: Authority): Command => ({ ...ordered('retire', release, by), ...switching })

/** Rounds of looking and asking until the signal aborts or the limit ends it. Feed its lines to `roundReader`. */
export const probe = (release: ReleaseRef, limit: number): Command => ({
  verb: 'probe',
  args: releaseWords(release),
  stalls: silence,
  limit,
})

/** Marks a release as verified; `envelope` comes from `encloseReceipt`. */
export const confirm = (release: ReleaseRef, by: Authority, envelope: Uint8Array): Command => ({
  ...ordered('confirm', release, by, { input: envelope }),
  ...looking,
})

/** Goes back from an unconfirmed release to the one it replaced. Read with `readRestored`. May be sent again at any time. */
export const restore = (release: ReleaseRef, by: Authority): Command => ({ ...ordered('restore', release, by), ...switching })

/** Last lines of a service's containers. Read with `readLogs`. */
export const logs = (place: Place, service: string, lines: number): Command => ({
  verb: 'logs',
  args: [...words(place), service, String(lines)],
  ...looking,
})

/** Removes releases beyond `keep` (at least 2) and the images nobody uses any more. `release` is the newest. */
export const prune = (release: ReleaseRef, by: Authority, keep: number): Command => ({
  ...ordered('prune', release, by, { words: [String(keep)] }),
  stalls: 300,
  limit: 300,
})

/** An order that writes: release and turn, then words of its own, all signed. */
function ordered(verb: string, release: ReleaseRef, by: Authority, more: { words?: string[]; input?: Uint8Array } = {}) {
  const args = [...releaseWords(release), String(by.turn), ...(more.words ?? [])]
  return { verb, args, stdin: encloseOrder(verb, args, by, more.input) }
}
