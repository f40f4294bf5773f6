import { afterAll, beforeAll, describe } from 'vitest'
import type { Log, Store } from '../../../src/flow/ports.ts'
import { deploymentContract } from './deployment-contract.ts'
import { gateContract } from './gate-contract.ts'
import { intentContract } from './intent-contract.ts'
import { leaseContract } from './lease-contract.ts'
import { leftOutContract } from './left-out-contract.ts'
import { pullPlanContract } from './pull-plan-contract.ts'
import { recordContract } from './record-contract.ts'
import { recoveryContract } from './recovery-contract.ts'
import { reportContract } from './report-contract.ts'
import { secretAgeContract } from './secret-age-contract.ts'
import { taskContract } from './task-contract.ts'
import { watchContract } from './watch-contract.ts'

/** What a contract needs of the database under test. */
export interface StoreUnderTest {
  /** Two stores on one database, as two processes have it; twice the same one where the profile has one process only. */
  open(log: Log): Promise<[Store, Store]>
  /** Runs SQL as somebody who bypasses Landfall. */
  tamper(statement: string): Promise<void>
  cleanUp(): Promise<void>
}

/** The opened stores, and everything that was logged. */
export interface Given {
  store: Store
  other: Store
  tamper: StoreUnderTest['tamper']
  logged: string[]
}

/** The behaviour both databases share; run over each of them. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`store on ${name}`, () => {
    const given = {} as Given
    let under: StoreUnderTest

    beforeAll(async () => {
      under = await make()
      given.logged = []
      given.tamper = (statement) => under.tamper(statement)
      const write = (message: string, fields?: Record<string, unknown>) => void given.logged.push(`${message} ${JSON.stringify(fields)}`)
      const log: Log = { info: write, warn: write, error: write }
      const [store, other] = await under.open(log)
      Object.assign(given, { store, other })
    })

    afterAll(async () => {
      await given.store?.close()
      if (given.other !== given.store) await given.other?.close()
      await under?.cleanUp()
    })

    intentContract(given)
    deploymentContract(given)
    leaseContract(given)
    reportContract(given)
    recordContract(given)
    leftOutContract(given)
    watchContract(given)
    recoveryContract(given)
    gateContract(given)
    pullPlanContract(given)
    taskContract(given)
    secretAgeContract(given)
  })
}
