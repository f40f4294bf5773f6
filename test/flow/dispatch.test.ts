import { expect, test } from 'vitest'
import { dispatch } from '../../src/flow/dispatch.ts'
import { type Lease, LeaseLost, type Ports } from '../../src/flow/ports.ts'
import type { Work } from '../../src/flow/under-lease.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

const options = { holder: 'me', leaseSeconds: 9, sweepSeconds: 5 }

/** A dispatcher whose every subject has this work, and when that ran, in seconds from the start. */
async function working(town: Town, work: Partial<Work>, due: string[] = []) {
  const ports = town.ports()
  const started = town.clock.now().getTime()
  const ran: number[] = []
  const dispatcher = await dispatch(
    ports,
    options,
    async () => ({
      lease: 'the lease',
      ...work,
      async run(lease, signal, bell) {
        ran.push((town.clock.now().getTime() - started) / 1000)
        return work.run?.(lease, signal, bell)
      },
    }),
    async () => due,
  )
  return { ports, ran, dispatcher }
}

test('what failed is tried again after ever longer pauses, however often it is woken or swept meanwhile', async () => {
  const town = await openTown({ started: false })
  const { ports, ran } = await working(
    town,
    {
      async run() {
        throw httpError(502)
      },
    },
    ['deployment:a'],
  )
  for (let second = 0; second < 400; second += 10) {
    await ports.queue.wake('deployment:a')
    await town.pass(10)
  }
  expect(ran).toEqual([0, 2, 6, 14, 30, 62, 126, 246, 366])
})

test.each<[told: string, tell: (ports: Ports, due: string[]) => Promise<void>, at: number]>([
  ['woken', (ports) => ports.queue.wake('deployment:b'), 70],
  ['found by the sweep', async (_ports, due) => void due.splice(0, 1, 'deployment:b'), 75],
])('something new that is %s does not wait until what failed is tried again', async (_told, tell, at) => {
  const town = await openTown({ started: false })
  const due = ['deployment:a']
  const { ports, ran } = await working(
    town,
    {
      async run() {
        throw httpError(502)
      },
    },
    due,
  )
  await town.pass(70)
  expect(ran).toEqual([0, 2, 6, 14, 30, 62])
  await tell(ports, due)
  await town.pass(50)
  expect(ran).toEqual([0, 2, 6, 14, 30, 62, at])
})

test('something new that the sweep finds does not wait until a rest is over', async () => {
  const town = await openTown({ started: false })
  const due = ['deployment:a']
  const { ran } = await working(town, { run: async () => 60 }, due)
  await town.pass(20)
  due.splice(0, 1, 'deployment:b')
  await town.pass(60)
  expect(ran).toEqual([0, 25])
})

test('a failure is told with a reference that the log has too', async () => {
  const town = await openTown({ started: false })
  const told: string[] = []
  const { ports } = await working(town, {
    async run() {
      if (told.length === 0) throw new Error('broken')
      return undefined
    },
    async failed({ reference }) {
      told.push(reference)
      return false
    },
  })
  await ports.queue.wake('deployment:a')
  await town.until(() => told.length > 0)
  expect(town.log.lines.filter(({ level }) => level === 'error')).toEqual([
    { level: 'error', message: 'work failed', fields: expect.objectContaining({ reference: told[0], subject: 'deployment:a' }) },
  ])
})

test('work that asked for a pause is left alone by the sweep, and not by a wake-up', async () => {
  const town = await openTown({ started: false })
  const { ports, ran } = await working(
    town,
    {
      async run() {
        return 60
      },
    },
    ['deployment:a'],
  )
  await town.pass(100)
  expect(ran).toEqual([0, 60])
  await ports.queue.wake('deployment:a')
  await town.pass(70)
  expect(ran).toEqual([0, 60, 100, 160])
})

test('each subject woken while its lease was busy is looked at afterwards', async () => {
  const town = await openTown({ started: false })
  const looked: string[] = []
  const ports = town.ports()
  await dispatch(
    ports,
    options,
    async (subject) => ({
      lease: 'the lease',
      async run() {
        looked.push(subject)
        await town.clock.sleep(1)
        return undefined
      },
    }),
    async () => [],
  )
  await ports.queue.wake('intent:first')
  await town.until(() => looked.length === 1)
  await ports.queue.wake('intent:second')
  await ports.queue.wake('intent:third')
  await town.pass(10)
  expect(looked).toEqual(['intent:first', 'intent:second', 'intent:third'])
})

test('a burst of wake-ups for one thing looks at it twice: once at first, once for all that came meanwhile', async () => {
  const town = await openTown({ started: false })
  const ports = town.ports()
  let asked = 0
  let ran = 0
  await dispatch(
    ports,
    options,
    async (subject) => {
      asked += 1
      return {
        lease: subject,
        async run() {
          ran += 1
          await town.clock.sleep(10)
          return undefined
        },
      }
    },
    async () => [],
  )
  for (let second = 0; second < 9; second += 1) {
    await ports.queue.wake('repository:acme/shop')
    await town.pass(1)
  }
  await town.pass(30)
  expect({ asked, ran }).toEqual({ asked: 2, ran: 2 })
})

test('two Landfalls never do the same work at the same time', async () => {
  const town = await openTown({ started: false })
  let together = 0
  let most = 0
  const work: Partial<Work> = {
    async run() {
      together += 1
      most = Math.max(most, together)
      await town.clock.sleep(20)
      together -= 1
      return undefined
    },
  }
  for (const holder of ['one', 'other']) {
    const ports = town.ports()
    await dispatch(
      ports,
      { ...options, holder },
      async () => ({ lease: 'the lease', run: async () => undefined, ...work }),
      async () => ['deployment:a'],
    )
  }
  await town.pass(100)
  expect(most).toBe(1)
})

test('work whose lease somebody else took is told to stop', async () => {
  const town = await openTown({ started: false })
  let stopped: unknown
  const { ports } = await working(town, {
    async run(lease, signal) {
      // A stalled process: its lease runs out without a word.
      await town.store.leases.release(lease)
      await town.store.leases.claim(lease.subject, 'somebody else', 600)
      await town.clock.sleep(60, signal)
      stopped = signal.reason
      return undefined
    },
  })
  await ports.queue.wake('deployment:a')
  await town.until(() => stopped !== undefined)
  expect(stopped).toBeInstanceOf(LeaseLost)
})

test('a database that does not answer for as long as a lease lasts ends the work: somebody else may have it', async () => {
  const town = await openTown({ started: false })
  let stoppedAfter = 0
  const { ports } = await working(town, {
    async run(_lease, signal) {
      const began = town.clock.now().getTime()
      town.store.leases.renew = async () => {
        throw new Error('the database is gone')
      }
      await town.clock.sleep(600, signal)
      stoppedAfter = (town.clock.now().getTime() - began) / 1000
      return undefined
    },
  })
  await ports.queue.wake('deployment:a')
  await town.until(() => stoppedAfter > 0)
  expect(stoppedAfter).toBe(9)
})

test('a stop gives leases back and wakes others for what is left, that they go on at once', async () => {
  const town = await openTown({ started: false })
  const [ours, others] = [town.ports(), town.ports()]
  const began: string[] = []
  const work = (whose: string) => async (subject: string) => ({
    lease: subject,
    async run(_lease: Lease, signal: AbortSignal) {
      began.push(`${whose} ${subject}`)
      if (subject.startsWith('deployment')) await town.clock.sleep(600, signal)
      return subject.startsWith('waiting') ? 600 : undefined
    },
  })
  const first = await dispatch(ours, { ...options, holder: 'first' }, work('first'), async () => [])
  for (const subject of ['deployment:a', 'waiting:b', 'reports']) await ours.queue.wake(subject)
  await town.until(() => began.length === 3)
  // One queue for both, as Redis is.
  ours.queue.wake = others.queue.wake
  await dispatch(others, { ...options, holder: 'second', sweepSeconds: 3600 }, work('second'), async () => [])
  const stopped = town.clock.now().getTime()
  await first.stop(5)
  await town.until(() => began.length === 5)
  expect(began.slice(3).toSorted()).toEqual(['second deployment:a', 'second waiting:b'])
  expect(town.clock.now().getTime()).toBe(stopped)
})

test('a stop lets work end by itself, and begins none', async () => {
  const town = await openTown({ started: false })
  let ended = false
  const { ports, ran, dispatcher } = await working(town, {
    async run(_lease, signal) {
      await town.clock.sleep(600, signal)
      ended = true
      return 1
    },
  })
  await ports.queue.wake('deployment:a')
  await town.until(() => ran.length === 1)
  const stopped = dispatcher.stop(5)
  await town.until(() => ended)
  await stopped
  await ports.queue.wake('deployment:a')
  await town.pass(30)
  expect(ran).toHaveLength(1)
})
