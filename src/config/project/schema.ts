import { z } from 'zod'
import { duration } from '../duration.ts'
import { gateKeys } from '../gates/gates.ts'
import { message } from '../message.ts'
import { branchName } from './branch.ts'
import { files } from './files.ts'
import { hosts } from './hosts.ts'
import { imageRepository, tagTemplate } from './image.ts'
import { channelName, environmentName, imageName, projectName } from './names.ts'
import { before, tasks } from './one-off.ts'
import { pathPatterns } from './path-pattern.ts'
import { tagPattern } from './ref-pattern.ts'
import { repositoryPath, secretsPath } from './repository-path.ts'
import { rollout } from './rollout.ts'
import { secretsAge } from './secrets-age.ts'
import { verifyRules, verifyUrl } from './verify.ts'

const keep = z.int().refine((count) => count >= 2 && count <= 50, {
  error: message('this must be between 2 and 50', 'Keep at least 2: the running release and the one to go back to'),
})
const keepMeta = {
  description: 'Releases kept on each host with their images, the running one included. Default 5.',
  minimum: 2,
  maximum: 50,
}

const imageWithin = duration('1s', '24h')
const imageWithinMeta = { description: 'How long to wait for an image that is not in the registry yet. Default 15m.' }

const bake = duration('0s', '12h')
const bakeMeta = {
  description: 'How long it is watched after it was verified; what does not stay well is taken back. Default 0s: not at all.',
}

const beforeMeta = { description: 'What is run once, on one host, before any host changes: migrations. Default: nothing.' }

const image = z.strictObject({
  repository: imageRepository.meta({ description: 'Name of the image without tag: `ghcr.io/acme/shop`.' }),
  tag: tagTemplate.optional().meta({
    description: 'The tag the build gives it; must contain `{sha}` or `{short-sha}`. Default `{sha}`.',
    pattern: '\\{(sha|short-sha)\\}',
  }),
  paths: pathPatterns.optional().meta({
    description: 'What it is built from, as patterns. Where none of it changed, the image keeps its digest. Default: everything.',
  }),
})

const rolloutMeta = { description: 'In which order hosts are switched. Default: all at once.' }

const address = z.string().refine(isWebAddress, {
  error: message('this is not a web address', 'Write it in full, such as `https://shop.example.com`, without user or password'),
})

const environment = z
  .strictObject({
    branch: branchName.optional().meta({ description: 'Branch whose head this environment follows. Either this or `tag`.' }),
    tag: tagPattern.optional().meta({ description: 'Tags this environment follows, such as `v*`. Either this or `branch`.' }),
    hosts: hosts.meta({
      description: "Names of hosts and `@groups` from the operator's file, as a list or each with the Compose profiles it has.",
    }),
    env: repositoryPath.optional().meta({ description: 'Dotenv file in the repository, relative to its root.' }),
    secrets: secretsPath
      .optional()
      .meta({ description: 'SOPS file in the repository, encrypted for this Landfall, relative to its root.' }),
    'secrets-age': secretsAge.optional(),
    files: files.optional().meta({ description: 'Folders and files of the repository that are put where services mount them.' }),
    url: address.optional().meta({ description: 'Where people reach it; shown on GitHub.' }),
    'verify-url': verifyUrl.optional().meta({ description: 'What is asked of `url` by Landfall itself, once all hosts are proved.' }),
    verify: verifyRules.optional().meta({ description: 'By service; adds to and overrides `defaults.verify` key by key.' }),
    'image-within': imageWithin.optional().meta(imageWithinMeta),
    keep: keep.optional().meta(keepMeta),
    bake: bake.optional().meta(bakeMeta),
    before: before.optional().meta(beforeMeta),
    rollout: rollout.optional().meta(rolloutMeta),
    ...gateKeys,
    after: environmentName.optional().meta({ description: 'The environment that must have verified the very images first.' }),
  })
  .meta({ oneOf: [{ required: ['branch'] }, { required: ['tag'] }] })

/** `.github/landfall.yml` as its author writes it. Durations come out in seconds, image names and paths in one form. */
export const projectSchema = z.strictObject({
  version: z
    .literal(1, {
      error: ({ input }) =>
        input === undefined
          ? message('"version" is missing', 'Add `version: 1`')
          : message('this version of Landfall reads version 1', 'Write `version: 1`'),
    })
    .meta({ description: 'Version of this format.' }),
  project: projectName.optional().meta({
    description: 'The Compose project name, stable for ever. Default: made from the name of the repository, and of further files theirs.',
  }),
  compose: z
    .array(repositoryPath)
    .min(1, { error: message('there are no Compose files', 'Name at least one, or remove the key') })
    .optional()
    .meta({ description: 'Compose files in the order they are merged. Default: the first of the usual names that exists.' }),
  images: z.record(imageName, image).optional().meta({ description: 'The images this repository builds.' }),
  paths: z
    .strictObject({
      ignore: pathPatterns.optional().meta({ description: 'What changes only here deploys nothing, as patterns such as `**/*.md`.' }),
      only: pathPatterns
        .optional()
        .meta({ description: 'What changes nowhere here deploys nothing, as patterns. Default: everything counts.' }),
    })
    .optional()
    .meta({ description: 'Which changes deploy something.' }),
  defaults: z
    .strictObject({
      verify: verifyRules.optional().meta({ description: 'How each service is proved, by service name.' }),
      'image-within': imageWithin.optional().meta(imageWithinMeta),
      keep: keep.optional().meta(keepMeta),
      bake: bake.optional().meta(bakeMeta),
      'secrets-age': secretsAge.optional(),
      before: before.optional().meta(beforeMeta),
      rollout: rollout.optional().meta(rolloutMeta),
      ...gateKeys,
    })
    .optional()
    .meta({ description: 'What holds for every environment that does not say otherwise.' }),
  environments: z
    .record(environmentName, environment)
    .refine((environments) => Object.keys(environments).length > 0, { error: message('there are no environments', 'Write at least one') })
    .meta({ description: 'Where the project runs, by name.', minProperties: 1 }),
  tasks: tasks.optional().meta({ description: 'What `/run` runs in comments, by name: once, on one host, with the release that runs.' }),
  notify: z.array(channelName).optional().meta({ description: "Chat channels from the operator's file, such as `slack:deploys`." }),
})

export type ProjectShape = z.output<typeof projectSchema>

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:\/\//.test(text) &&
    !/[\s\p{Cc}]/u.test(text) &&
    text.length <= 500 &&
    url.username === '' &&
    url.password === ''
  )
}
