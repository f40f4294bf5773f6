import { describe, expect, test } from 'vitest'
import type { TaskRun } from '../../../src/domain/one-off.ts'
import { LeaseLost } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'
import { at, deployment, push, rollback, shop } from './records.ts'

export function taskContract(given: Given): void {
  describe('tasks', () => {
    const asked = async () => {
      const intent = rollback({ comment: { id: 91, issue: 12 } })
      await given.store.intents.accept(intent)
      const task: TaskRun = {
        ...{ id: `task of ${intent.id}`, intent: intent.id, repository: shop, project: 'shop', environment: 'production', task: 'reindex' },
        ...{ service: 'web', run: ['bin/reindex', '--all it'], within: 60, actor: 'mona', comment: { id: 91, issue: 12 }, createdAt: at },
      }
      const settle = () => given.store.intents.settle(intent.id, { kind: 'task', id: task.id }, [], [], { task })
      await settle()
      return { task, settle }
    }
    const lease = async () => {
      const claimed = await given.store.leases.claim('environment:acme/shop/tasks', 'one', 30)
      if (!claimed) throw new Error('the lease is somebody else’s')
      return claimed
    }

    test('are made with the wish that is settled, once, and found until they have ended', async () => {
      const { task, settle } = await asked()
      await settle()
      expect(await given.other.tasks.read(task.id)).toEqual(task)
      expect(await given.other.tasks.due()).toContain(task.id)
      const held = await lease()
      const place = { host: 'web-1', of: 7 }
      await given.store.tasks.fix(task.id, held, place)
      const one = deployment({ intent: task.intent })
      const intent = push()
      await given.store.intents.accept(intent)
      await given.store.intents.settle(intent.id, { kind: 'deployments', ids: [one.id] }, [{ ...one, intent: intent.id }])
      const end = { kind: 'ended' as const, at, code: 3, seconds: 4, text: 'no\nmore' }
      const entry = { at, step: 'task', host: 'web-1', text: 'reindex' }
      await given.store.tasks.end(task.id, held, end, [{ subject: 'comment:acme/shop#91', surface: 'answer' }], {
        deployment: one.id,
        entry,
      })
      await given.store.tasks.end(task.id, held, { ...end, code: 0 }, [])
      expect(await given.other.tasks.read(task.id)).toEqual({ ...task, at: place, end })
      expect(await given.other.tasks.due()).not.toContain(task.id)
      expect(await given.store.timeline.read(one.id)).toEqual([entry])
    })

    test('are neither fixed nor ended by whoever lost the lease', async () => {
      const { task } = await asked()
      const held = await lease()
      await given.store.leases.release(held)
      await given.other.leases.claim(held.subject, 'two', 30)
      await expect(given.store.tasks.fix(task.id, held, { host: 'web-1', of: 1 })).rejects.toBeInstanceOf(LeaseLost)
      await expect(given.store.tasks.end(task.id, held, { kind: 'ended', at, seconds: 1, text: '' }, [])).rejects.toBeInstanceOf(LeaseLost)
      expect((await given.other.tasks.read(task.id))?.end).toBeUndefined()
    })
  })
}
