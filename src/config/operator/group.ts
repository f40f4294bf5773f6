import { z } from 'zod'
import { message } from '../message.ts'
import { wayInKeys } from './machine.ts'
import { hostName } from './names.ts'

const members = z
  .array(hostName)
  .min(1, { error: message('there are no hosts in this group', 'Name at least one, or remove the group') })
  .meta({ description: 'Names of hosts.' })

/** A list of hosts, or a mapping that says how they are reached as well. */
export const group = z.union([members, z.strictObject({ hosts: members, ...wayInKeys })], {
  error: ({ input }) =>
    typeof input === 'object' ? undefined : message('this does not name hosts', 'Write a list, such as `[web-1, web-2]`'),
})

export type GroupShape = z.output<typeof group>

/** The hosts of a group, however it is written. */
export const membersOf = (written: GroupShape): string[] => (Array.isArray(written) ? written : written.hosts)

/** Where they stand in the file, below the group. */
export const membersPath = (written: GroupShape): string[] => (Array.isArray(written) ? [] : ['hosts'])
