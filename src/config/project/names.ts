import { text } from '../message.ts'

/** Compose's own rule for project names, and what a host accepts as a folder's name. */
export const projectName = text(
  /^[a-z0-9][a-z0-9_-]{0,62}$/,
  'this is not a Compose project name',
  'Use up to 63 lower-case letters, digits, `-` and `_`, beginning with a letter or digit',
)

export const environmentName = text(
  /^[a-z0-9][a-z0-9_-]{0,62}$/,
  'this is not an environment name',
  'Use up to 63 lower-case letters, digits, `-` and `_`, beginning with a letter or digit',
)

export const imageName = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  'this is not a name for an image',
  'Use letters, digits, `.`, `-` and `_`',
)

export const serviceName = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  'this is not a Compose service name',
  'Write the name of the service as the Compose file has it',
)

export const taskName = text(
  /^[a-z0-9][a-z0-9_-]{0,62}$/,
  'this is not a name for a task',
  'Use lower-case letters, digits, `-` and `_`; it is written in comments, such as `/run reindex`',
)

/** Compose's own rule for profiles. */
export const profileName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  'this is not the name of a Compose profile',
  'Write one that a service of the Compose file has under `profiles:`; letters, digits, `.`, `-` and `_`',
)

/** A host's name or `@` and a group's. */
export const hostEntry = text(
  /^@?[a-z0-9][a-z0-9._-]{0,62}$/,
  'this is neither the name of a host nor `@` and the name of a group',
  "Write a name from the operator's file, such as `web-1` or `@web`",
)

export const channelName = text(
  /^(slack|telegram):[a-z0-9][a-z0-9_-]{0,62}$/,
  'this is not a chat channel',
  'Write its kind and its name, such as `slack:deploys` or `telegram:ops`',
)

/** The name of a project whose file says none: the repository's, and of further projects their file's behind it. Undefined where nothing is left. */
export function defaultProjectName(file: string, repositoryName: string): string | undefined {
  const [, further] = /(?:^|\/)\.github\/landfall\/([^/]+)\.ya?ml$/.exec(file) ?? []
  return projectNameOf(further === undefined ? repositoryName : `${repositoryName}-${further}`)
}

/** The name Compose would give a project in a folder of this name; undefined where nothing is left of it. */
function projectNameOf(folder: string): string | undefined {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
    .slice(0, 63)
  return name === '' ? undefined : name
}
