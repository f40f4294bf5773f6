import type { EnvironmentRule, ProjectFile } from '../domain/configuration.ts'
import type { CommandIntent } from '../domain/intent.ts'
import type { Role } from '../domain/role.ts'
import type { Ports } from './ports.ts'

/** A command of somebody who may give it. */
export interface Commanded {
  intent: CommandIntent
  /** Those of all projects of the repository, as far as anybody knows them: while a file is broken, those that were deployed to before. */
  environments: (Pick<EnvironmentRule, 'name' | 'url'> & Partial<Pick<EnvironmentRule, 'source'>>)[]
  /** Who gave it is this in the repository at this moment. */
  role: Role
  ports: Ports
}

/** One that is about an environment, with the file of the project this belongs to. */
export interface CommandedThere extends Commanded {
  file: ProjectFile
}
