/** What GitHub lets a person do in a repository; the exact role, not the coarser permission. */
export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'

/** Whether somebody in this role may push. */
export const mayWrite = (role: Role): boolean => role === 'write' || role === 'maintain' || role === 'admin'
