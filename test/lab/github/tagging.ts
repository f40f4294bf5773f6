import { announce, type Delivering, type Moved, type RepositoryParts, signatureOf } from './branches.ts'
import { nothing, push, refCreated, refDeleted } from './payloads.ts'
import { person } from './world.ts'

/** What people do with tags. */
export interface Tagging {
  /** Sets a tag on a commit, or moves it there. `annotated` makes it an object of its own with this message. */
  tag(name: string, sha: string, options?: { annotated?: string; by?: string } & Delivering): Promise<Moved>
  deleteTag(name: string, options?: { by?: string } & Delivering): Promise<Moved>
}

export function tagging(parts: RepositoryParts): Tagging {
  const { world, repo } = parts
  const pointsAt = (name: string) => repo.git.run(['rev-parse', '--verify', '--quiet', `refs/tags/${name}`]).catch(() => nothing)

  return {
    async tag(name, sha, { annotated, by = 'mona', deliver } = {}) {
      const someone = person(world, by)
      const { name: who, email } = signatureOf(someone)
      const before = await pointsAt(name)
      const env = { GIT_COMMITTER_NAME: who, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: world.now().toISOString() }
      await repo.git.run(['tag', '--force', ...(annotated === undefined ? [] : ['--annotate', '--message', annotated]), name, sha], { env })
      const after = await pointsAt(name)
      const forced = before !== nothing
      const events = [
        await push(world, repo, { ref: `refs/tags/${name}`, before, after, forced, by: someone }),
        ...(forced ? [] : [refCreated(world, repo, { kind: 'tag', name, by: someone })]),
      ]
      return { sha: after, before, deliveries: await announce(parts, events, deliver) }
    },

    async deleteTag(name, { by = 'mona', deliver } = {}) {
      const someone = person(world, by)
      const before = await pointsAt(name)
      await repo.git.run(['tag', '--delete', name])
      const events = [
        await push(world, repo, { ref: `refs/tags/${name}`, before, after: nothing, forced: false, by: someone }),
        refDeleted(world, repo, { kind: 'tag', name, by: someone }),
      ]
      return { sha: nothing, before, deliveries: await announce(parts, events, deliver) }
    },
  }
}
