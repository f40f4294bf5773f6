import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log, Queue } from '../../../src/flow/ports.ts'

/** A queue under test. */
export interface QueueUnderTest {
  open(log: Log): Promise<Queue>
  cleanUp(): Promise<void>
}

/** What was heard, and a way to await the next. */
export class Ear {
  readonly heard: string[] = []
  #waiting: { count: number; resolve: () => void }[] = []

  readonly listener = (subject: string): void => {
    this.heard.push(subject)
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.heard.length >= count) resolve()
      return this.heard.length < count
    })
  }

  /** Resolves once so many were heard in all. */
  async hears(count: number): Promise<string[]> {
    if (this.heard.length < count) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
    return this.heard
  }
}

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The behaviour both queues share; run over each of them. */
export function queueContract(name: string, make: () => Promise<QueueUnderTest>): void {
  describe(`queue ${name}`, () => {
    let under: QueueUnderTest
    let queue: Queue
    const errors: string[] = []

    beforeEach(async () => {
      errors.length = 0
      under = await make()
      queue = await under.open({ ...silent, error: (message, fields) => void errors.push(`${message} ${fields?.subject}`) })
    })
    afterEach(async () => {
      await queue.close()
      await under.cleanUp()
    })

    test('what is woken reaches the listener', async () => {
      const ear = new Ear()
      await queue.listen(ear.listener)
      await queue.wake('intent:4f1c')
      await queue.wake('environment:acme/shop/production')
      await queue.wake('reports')
      expect((await ear.hears(3)).toSorted()).toEqual(['environment:acme/shop/production', 'intent:4f1c', 'reports'])
    })

    test('who leaves hears what was woken before, and nothing that is woken after', async () => {
      const ear = new Ear()
      await queue.listen(ear.listener)
      const before = Array.from({ length: 30 }, (_, index) => `repository:acme/${index}`)
      await Promise.all(before.map((subject) => queue.wake(subject)))
      await queue.leave()
      await queue.wake('reports')
      await queue.ping()
      expect(ear.heard).not.toContain('reports')
    })

    test('what is woken before anybody listens waits', async () => {
      const ear = new Ear()
      await queue.wake('intent:early')
      await queue.listen(ear.listener)
      expect(await ear.hears(1)).toEqual(['intent:early'])
    })

    test('waking again always works: while the listener is at it, and after', async () => {
      const ear = new Ear()
      await queue.listen((subject) => {
        ear.listener(subject)
        if (ear.heard.length < 3) void queue.wake(subject)
      })
      await queue.wake('intent:again')
      expect(await ear.hears(3)).toEqual(Array(3).fill('intent:again'))
      await queue.wake('intent:again')
      await ear.hears(4)
    })

    test('a burst of one subject does not hold up others', async () => {
      const ear = new Ear()
      await queue.listen(ear.listener)
      await Promise.all([...Array.from({ length: 200 }, () => queue.wake('reports')), queue.wake('intent:behind')])
      while (!ear.heard.includes('intent:behind') || !ear.heard.includes('reports')) await ear.hears(ear.heard.length + 1)
    })

    test('a listener that throws does not stop the waking', async () => {
      const ear = new Ear()
      await queue.listen((subject) => {
        ear.listener(subject)
        if (subject === 'intent:poison') throw new Error('listener is broken')
      })
      await queue.wake('intent:poison')
      await ear.hears(1)
      await queue.wake('intent:good')
      expect(await ear.hears(2)).toEqual(['intent:poison', 'intent:good'])
      expect(errors).toEqual(['queue listener failed intent:poison'])
    })

    test.each(['', 'Intent:1', 'intent:', 'intent:a b', 'intent:a\nb', 'intent:-rf', '{"id":1}', `intent:${'x'.repeat(300)}`])(
      '%j is no subject and is refused at once',
      async (subject) => {
        await expect(queue.wake(subject)).rejects.toThrow('is no subject to wake')
      },
    )

    test('a second listener in one process is a bug that shows', async () => {
      await queue.listen(() => undefined)
      await expect(queue.listen(() => undefined)).rejects.toThrow('there is a listener already')
    })

    test('it answers', async () => {
      await expect(queue.ping()).resolves.toBeUndefined()
    })
  })
}
