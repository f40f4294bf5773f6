import type { Files } from '../lab/github/git.ts'
import type { TestRepository } from '../lab/github/repository.ts'
import { pushApp } from '../lab/images.ts'
import type { AttackedTown } from './town.ts'

/** Brings files to main of a repository, with the image that its build makes; resolves to what people read of what became of it. */
export async function outcomeOfPush(repository: TestRepository, image: string, files: Files, { scenario }: AttackedTown): Promise<string> {
  const { sha, deliveries } = await repository.push('main', files, { deliver: false })
  await pushApp(scenario.lab.registry, { repository: image, tag: sha, version: sha })
  for (const { guid } of deliveries) await scenario.github.redeliver(guid)
  const ended = () => repository.statuses(sha).find(({ state }) => state !== 'pending')
  const { state, description } = await scenario.github.until(`an end of ${sha}`, ended, 60)
  return `${state}: ${description}`
}
