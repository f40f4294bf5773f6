import { z } from 'zod'
import { composeRisks } from '../../domain/configuration.ts'
import { gateKeys } from '../gates/gates.ts'
import { message, text } from '../message.ts'
import { environmentName, hostEntry } from '../project/names.ts'
import { secretReference } from '../secret-reference.ts'
import { addressRange } from './address-range.ts'
import { chat } from './chat.ts'
import { from } from './from.ts'
import { group } from './group.ts'
import { machine, noBastion, wayInKeys } from './machine.ts'
import { bastionName, chatName, environmentOrAny, groupName, hostName, projectPattern, registryName, repositoryPattern } from './names.ts'
import { secrets } from './secrets.ts'

const registry = z.strictObject({
  username: text(/^[!-9;-~]{1,200}$/, 'this is not a user name', 'Write it without spaces and colons').meta({
    description: 'User to log in as.',
  }),
  password: secretReference.meta({ description: 'Where the password or token comes from.' }),
  ca: text(/^\/[ -\uffff]{1,499}$/, 'this is not an absolute path', 'Write the path from `/` on')
    .optional()
    .meta({
      description: 'File with the certificates, in PEM, of the authority that signed its own. Default: those everybody believes.',
    }),
})

const repository = z.strictObject({
  projects: z
    .array(projectPattern)
    .min(1, { error: message('there are no projects', 'Name the Compose projects it may deploy, or `["*"]`') })
    .meta({ description: 'Compose project names it may use: `shop`, `shop-*` or `*`.' }),
  environments: z
    .record(
      environmentOrAny,
      z.array(hostEntry).min(1, { error: message('there are no hosts', 'Name hosts or `@groups`, or remove the environment') }),
    )
    .meta({ description: 'Environment name, or `*` for those not named, to the hosts and `@groups` it may use.' }),
  registries: z.array(registryName).default([]).meta({ description: 'Registries whose credentials may be used for it.' }),
  notify: z.array(chatName).default([]).meta({ description: 'Chat channels it may write to.' }),
  allow: z
    .array(
      z.enum(composeRisks, {
        error: message('this is not something that can be allowed', `Known are ${composeRisks.join(', ')}`),
      }),
    )
    .default([])
    .meta({ description: 'Compose features that hand the host to a container, and are refused otherwise.' }),
  secrets: secrets.optional().meta({
    description: 'Values that join those of an environment in its `.env`: names of environments, to variables, to where they come from.',
  }),
  require: z
    .record(
      environmentOrAny,
      z.strictObject({
        ...gateKeys,
        after: environmentName.optional().meta({ description: 'The environment that must have verified the very images first.' }),
        from: from.optional().meta({ description: 'Branches and tags from which alone it may be deployed.' }),
      }),
    )
    .default({})
    .meta({ description: 'The least that holds for an environment, by its name or `*` for all, whatever the repository writes.' }),
})

/** `operator.yml` as the operator writes it. */
export const operatorSchema = z.strictObject({
  version: z
    .literal(1, { error: message('this version of Landfall reads version 1', 'Write `version: 1`') })
    .optional()
    .meta({ description: 'Version of this format.' }),
  hosts: z.record(hostName, machine).meta({ description: 'The machines Landfall may deploy to, by name.' }),
  defaults: z
    .strictObject(wayInKeys)
    .default({})
    .meta({ description: 'How hosts are reached where neither they nor their groups say it.' }),
  groups: z
    .record(groupName, group)
    .default({})
    .meta({ description: 'Hosts that are named together, as `@name`; as a mapping with how they are reached.' }),
  bastions: z
    .record(
      bastionName.refine((name) => name !== noBastion, {
        error: message('this name says that there is no bastion', 'Give it another'),
      }),
      machine,
    )
    .default({})
    .meta({ description: 'Machines that Landfall goes through to reach hosts, by name.' }),
  registries: z.record(registryName, registry).default({}).meta({ description: 'Credentials of registries, by their host.' }),
  repositories: z
    .record(repositoryPattern, repository)
    .default({})
    .meta({ description: 'What each repository may use; the first pattern that matches counts. What is not listed is refused.' }),
  chat: z.record(chatName, chat).default({}).meta({ description: 'Chat channels, by name.' }),
  'public-checks': z
    .strictObject({ allow: z.array(addressRange).meta({ description: 'Address ranges, such as `10.0.0.0/8`.' }) })
    .optional()
    .meta({ description: 'What `verify-url` of repositories may ask although it is not a public address. Default: nothing.' }),
})

export type OperatorShape = z.output<typeof operatorSchema>
