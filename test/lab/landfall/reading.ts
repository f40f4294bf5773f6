import { setTimeout as pause } from 'node:timers/promises'

/**
 * People read before they agree. GitHub tells whole seconds, of comments and of its clock: who agrees sooner may have meant what was there
 * before.
 */
export const readIt = (): Promise<void> => pause(2100)
