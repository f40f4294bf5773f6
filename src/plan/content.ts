import { allHosts, type Draft } from '../domain/plan.ts'

/**
 * What an approval is given for, as one text: the commit, the digests, Compose, files, values, hosts and their waves. Not what runs there now: that
 * another deployment came and went meanwhile changes which services restart, not what is brought; nor which hosts are away, since those get
 * it too when they are back.
 *
 * @param fingerprint keyed: the definitions are made from secrets
 */
export function contentOf(draft: Draft, fingerprint: (text: string) => string): string {
  const { kind, repository, project, environment, revision, images, compose, interpolation, env, envFingerprint, files } = draft
  const pins = images.map(({ line, repository: name, digest }) => [line, name, digest])
  const place = [repository.owner, repository.name, project, environment, allHosts(draft).toSorted()]
  const sources = files.map((file) => [file.path, file.fingerprint])
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
    ]),
  )
}

/** Waves that people agree to; none where all hosts go at once, in whatever order they are named. */
export const shownWaves = ({ waves }: Pick<Draft, 'waves'>): Draft['waves'] => (waves.length > 1 ? waves : [])
