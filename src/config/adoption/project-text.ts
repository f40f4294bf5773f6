/** What is known of a project that is taken over. */
export interface FirstProject {
  project: string
  environment: string
  branch: string
  host: string
  /** Compose files, relative to the repository's root. */
  compose: readonly string[]
  /** SOPS file, relative to the repository's root; absent where there was no `.env`. */
  secrets?: string
  /** By service: where it says that it is well, seen while it ran. */
  verify: ReadonlyMap<string, { port: number; health: string }>
  /** Repository of an image that people will want to have built here. */
  builds?: string
}

/** The first `.github/landfall.yml` of a project that ran by hand. Comments say what everything is for. */
export function projectText({ project, environment, branch, host, compose, secrets, verify, builds }: FirstProject): string {
  const services = [...verify].map(([service, { port, health }]) => `    ${key(service)}: { port: ${port}, health: ${key(health)} }`)
  return [
    '# What Landfall runs of this repository. Merging a change of it, or of the files it names, deploys it.',
    'version: 1',
    '# The Compose project name. Containers and volumes belong to it: it never changes.',
    `project: ${key(project)}`,
    `compose: [${compose.map(key).join(', ')}]`,
    '',
    '# What this repository builds. A build that pushes an image for each commit makes every merge a deployment of it:',
    '# name it here, and write `image: NAME:${TAG}` in the Compose file.',
    '# images:',
    `#   web: { repository: ${builds ?? 'ghcr.io/OWNER/NAME'}, tag: "{sha}" }`,
    ...(services.length === 0
      ? []
      : [
          '',
          '# How services are proved after each deployment. These answered so when Landfall looked.',
          'defaults:',
          '  verify:',
          ...services,
        ]),
    '',
    'environments:',
    `  ${key(environment)}:`,
    `    branch: ${key(branch)}`,
    `    hosts: [${key(host)}]`,
    ...(secrets === undefined
      ? []
      : ['    # What stood in .env there, encrypted. Change it with `landfall secret set`.', `    secrets: ${key(secrets)}`]),
    '',
  ].join('\n')
}

/** JSON is YAML. */
const key = (word: string): string =>
  /^[A-Za-z_/][A-Za-z0-9_./-]*$/.test(word) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(word) ? word : JSON.stringify(word)
