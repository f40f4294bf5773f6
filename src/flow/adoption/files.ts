import { posix } from 'node:path'
import { withImages } from '../../config/adoption/compose-text.ts'
import { projectText } from '../../config/adoption/project-text.ts'
import { projectFilePath, projectFolder } from '../../domain/configuration.ts'
import { problemText } from '../../domain/problem.ts'
import { fullName, type Repository } from '../../domain/repository.ts'
import type { FoundImage } from '../../host/adoption/look.ts'
import { readReference, sameRepository } from '../../plan/reference.ts'
import type { Ports } from '../ports.ts'
import { type EditTools, editedFile } from '../secret-edit.ts'
import { type Refusal, refused } from '../secret-place.ts'
import type { FoundProject } from './find.ts'

/** Where in a repository a project goes. */
export interface ProjectPlace {
  repository: Repository
  environment: string
  branch: string
  host: string
  /** Folder of its Compose files in the repository; empty for the root. */
  folder: string
  /** Whether the repository has another project already. */
  further: boolean
  /** Recipients of others who can read its secrets. */
  also: readonly string[]
}

export interface ProjectFiles {
  kind: 'written'
  files: Map<string, string>
  /** Services whose image had no fixed name: they keep the one that runs. */
  pinned: string[]
}

type FilePorts = Pick<Ports, 'identities'> & Omit<EditTools, 'identity'>

/** Everything a repository needs to have what runs: Compose files as they are on the machine, its values encrypted, and Landfall's own file. */
export async function projectFiles(
  place: ProjectPlace,
  found: FoundProject,
  images: readonly FoundImage[],
  ports: FilePorts,
): Promise<ProjectFiles | Refusal> {
  const { repository, environment, branch, host, folder, further } = place
  const at = (file: string) => posix.join(folder, file)
  const pins = openImages(found, images)
  const files = new Map<string, string>()
  for (const [file, text] of found.texts) {
    if (file !== '.env') files.set(at(file), found.files.includes(file) ? withImages(text, file, pins) : text)
  }
  const secrets = found.values.size > 0 ? at(`deploy/${environment}.secrets.env`) : undefined
  if (secrets !== undefined) {
    const encrypted = await encryptedFile(secrets, found.values, place, ports)
    if (encrypted.kind === 'refused') return encrypted
    files.set(secrets, encrypted.text)
  }
  const written = projectText({
    project: found.name,
    ...{ environment, branch, host },
    compose: found.files.map(at),
    ...(secrets !== undefined && { secrets }),
    verify: found.answers,
    builds: `ghcr.io/${fullName(repository).toLowerCase()}`,
  })
  files.set(further ? `${projectFolder}/${found.name}.yml` : projectFilePath, written)
  return { kind: 'written', files, pinned: [...pins.keys()] }
}

/** By service what runs of an image that has no tag, or `latest`: the next of that name may be another. */
function openImages({ written, containers }: FoundProject, images: readonly FoundImage[]): Map<string, string> {
  return new Map(
    written.flatMap(({ name, image }): [string, string][] => {
      if (image === undefined || image.includes('$')) return []
      const { repository, tag, digest } = readReference(image)
      if (digest !== undefined || (tag !== undefined && tag !== 'latest')) return []
      const id = containers.find(({ service }) => service === name)?.image
      const digests = images.find((one) => one.id === id)?.digests ?? []
      const running = digests.find((one) => sameRepository(readReference(one).repository, repository))
      return running === undefined ? [] : [[name, running]]
    }),
  )
}

/** A SOPS file with all of these values; nothing in clear leaves this process. */
async function encryptedFile(
  path: string,
  values: ReadonlyMap<string, string>,
  { repository, environment, also }: ProjectPlace,
  ports: FilePorts,
): Promise<{ kind: 'encrypted'; text: string } | Refusal> {
  const identity = await ports.identities.of(fullName(repository), environment)
  let text: string | undefined
  for (const [name, value] of values) {
    const tools = { ...ports, identity, also: text === undefined ? also : [] }
    const edited = await editedFile(text, path, { kind: 'set', name, value }, tools)
    if (edited.kind === 'invalid') return refused(edited.problems.map(problemText).join('\n'), 'Nothing was changed')
    if (edited.value.kind === 'refused') return refused(`${name} of .env: ${edited.value.why}`, edited.value.remedy)
    text = edited.value.text
  }
  return { kind: 'encrypted', text: text ?? '' }
}
