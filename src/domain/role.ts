/** What GitHub lets a person do in a repository; the exact role, not the coarser permission. */
export type Role = (typeof roles)[number]

/** From the least to the most: whoever has one has those before it. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const

/** Whether somebody in this role has at least the other. */
export const reaches = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least)
