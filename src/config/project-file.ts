import type { ProjectFile } from '../domain/configuration.ts'
import type { Parsed } from '../domain/problem.ts'
import { notYet, refusing } from './not-yet.ts'
import { understandProject } from './project/understand.ts'

export { projectFilePath } from '../domain/configuration.ts'

/**
 * Reads `.github/landfall.yml`: the file with its defaults filled in, or everything that is wrong with it. `file` is
 * the name problems give it; `repositoryName` (without its owner) names the project where the file does not.
 */
export const parseProjectFile = (text: string, file: string, repositoryName: string): Parsed<ProjectFile> =>
  understandProject(text, file, repositoryName, [refusing(notYet.project)])
