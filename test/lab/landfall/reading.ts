import { setTimeout as pause } from 'node:timers/promises'

/**
 * People read before they agree. GitHub tells whole seconds, of comments and of its clock: who agrees sooner may have meant what was there
 * before.
 */
export const readIt = (): Promise<void> => pause(2100)

/** A comment as it reads once GitHub has rendered it: the backslashes before marks are gone. */
export const unmarked = (comment: string): string => comment.replace(/\\([!-/:-@[-`{-~])/g, '$1')
