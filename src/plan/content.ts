import { allPlaces, type Place } from '../domain/placement.ts'
import { allHosts, type Draft } from '../domain/plan.ts'
import { startFirstOf } from './beside.ts'

/**
 * What an approval is given for, as one text: the commit, the digests, Compose, files, values, hosts, their waves, what starts first and what is run before. Not what
 * runs there now: that another deployment came and went meanwhile changes which services restart, not what is brought; nor which hosts are
 * away, since those get it too when they are back.
 *
 * @param fingerprint keyed: the definitions are made from secrets
 */
export function contentOf(draft: Draft, fingerprint: (text: string) => string): string {
  const {
    kind,
    repository,
    project,
    environment,
    revision,
    images,
    compose,
    interpolation,
    env,
    envFingerprint,
    files,
    synced = [],
  } = draft
  const first = startFirstOf(draft)
  const pins = images.map(({ line, repository: name, digest }) => [line, name, digest])
  const place = [repository.owner, repository.name, project, environment, allHosts(draft).toSorted(), ...shownProfiles(allPlaces(draft))]
  const sources = files.map((file) => [file.path, file.fingerprint])
  const mounted = synced.map(({ files: own, mounts: _, ...entry }) => [entry, own.map(({ path, sha256 }) => [path, sha256])])
  return fingerprint(
    JSON.stringify([
      kind,
      place,
      revision,
      pins.toSorted(),
      compose,
      Object.entries(interpolation).toSorted(),
      env ?? '',
      envFingerprint,
      sources,
      ...shownWaves(draft),
      ...(draft.onFailure ? [draft.onFailure] : []),
      ...(Object.keys(first).length > 0 ? [{ first }] : []),
      ...(draft.before ? [{ before: draft.before.map(({ service, run, within }) => [service, run, within]) }] : []),
      ...(draft.contract ? [{ contract: draft.contract }] : []),
      ...(mounted.length > 0 ? [{ mounted }] : []),
    ]),
  )
}

/** Profiles by host that people agree to, whatever the order of the hosts; none where no host has any. */
export const shownProfiles = (hosts: readonly Place[]): string[][] =>
  hosts.flatMap(({ name, profiles }) => (profiles ? [[name, ...profiles]] : [])).toSorted()

/** Waves that people agree to; none where all hosts go at once, in whatever order they are named. */
export const shownWaves = ({ waves }: Pick<Draft, 'waves'>): Draft['waves'] => (waves.length > 1 ? waves : [])
