import type { Command } from '../../../src/host/command.ts'

/** One way to have the same orders carried out on many hosts. */
export interface Side {
  /**
   * Gives each order to all hosts at once, the next when all are done. With `cold` no connection is open before.
   * @returns seconds
   * @throws where an order failed on a host
   */
  carryOut(orders: readonly Command[], { cold }: { cold: boolean }): Promise<number>
  close(): Promise<void>
}
