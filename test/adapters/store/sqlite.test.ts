import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../../src/adapters/store/open.ts'
import { storeContract } from './contract.ts'

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-store-'))
  return {
    async open(log) {
      const store = await openStore({ kind: 'sqlite', folder }, log)
      return [store, store]
    },
    async tamper(statement) {
      const connection = new DatabaseSync(join(folder, 'landfall.db'))
      try {
        connection.exec(statement)
      } finally {
        connection.close()
      }
    },
    cleanUp: () => rm(folder, { recursive: true }),
  }
})
