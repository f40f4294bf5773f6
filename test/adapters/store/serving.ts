import { openStore } from '../../../src/adapters/store/open.ts'

/**
 * A process of its own for tests, that serves from the folder given: claims a lease for an hour, says so and stays until it is
 * killed. Where it cannot serve it says why and ends.
 */
const [folder = ''] = process.argv.slice(2)
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
try {
  const store = await openStore({ kind: 'sqlite', folder }, silent, { serving: true })
  const lease = await store.leases.claim('environment', `process ${process.pid}`, 3600)
  console.log(JSON.stringify({ serves: true, lease: lease?.number }))
  setInterval(() => undefined, 1000)
} catch (error) {
  console.log(JSON.stringify({ serves: false, why: String(error) }))
}
