import { posix } from 'node:path'
import { mostProjects, type Projects, parseProjectFiles } from '../config/project-files.ts'
import { projectFilePath, projectFolder } from '../domain/configuration.ts'
import type { Repository } from '../domain/repository.ts'
import type { GitHub, Snapshot } from './ports.ts'

/**
 * The projects of a repository as a branch has them, or the default branch. The folder above all of their files is asked for as well,
 * since it is there in every such repository: asked for again, neither it nor the files cost anything while nothing in them changed.
 */
export async function readProjects(
  repository: Repository,
  ref: string | undefined,
  { github }: { github: Pick<GitHub, 'file' | 'folder'> },
): Promise<Projects> {
  const read = async (path: string) => textAt(path, await github.file(repository, path, ref))
  const [main, around] = await Promise.all([read(projectFilePath), github.folder(repository, posix.dirname(projectFilePath), ref)])
  const isThere = around.some(({ kind, name }) => kind === 'folder' && name === posix.basename(projectFolder))
  const further = isThere ? await github.folder(repository, projectFolder, ref) : []
  const paths = further.flatMap(({ kind, name }) => (kind === 'file' ? [`${projectFolder}/${name}`] : []))
  const texts = await Promise.all(furtherFiles(paths).map(read))
  return parseProjectFiles([...main, ...texts.flat()], repository.name)
}

/** The projects of a repository in what is deployed of it. */
export function projectsIn(snapshot: Snapshot, repository: Repository): Projects {
  const read = (path: string) => {
    const bytes = snapshot.read(path)
    return textAt(path, bytes && new TextDecoder().decode(bytes))
  }
  return parseProjectFiles([projectFilePath, ...furtherFiles(snapshot.paths())].flatMap(read), repository.name)
}

/** One more than may be there, so that it is seen that there are too many. */
const furtherFiles = (paths: readonly string[]): string[] =>
  paths
    .filter((path) => furtherFile.test(path))
    .sort()
    .slice(0, mostProjects + 1)

const furtherFile = new RegExp(`^${projectFolder.replace('.', '\\.')}/[^/]+\\.ya?ml$`)

const textAt = (path: string, text: string | undefined) => (text === undefined ? [] : [{ path, text }])
