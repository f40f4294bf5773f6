import type { ProjectFile } from '../domain/configuration.ts'
import type { CommandIntent } from '../domain/intent.ts'
import type { Role } from '../domain/role.ts'
import type { Ports } from './ports.ts'

/** A command of somebody who may give it, with the file that says which environments there are. */
export interface Commanded {
  intent: CommandIntent
  file: ProjectFile
  /** Who gave it is this in the repository at this moment. */
  role: Role
  ports: Ports
}
