interface Waiting<Item, Answer> {
  item: Item
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
  /** Nobody waits for it any more. */
  over: boolean
}

interface Limits {
  /** Items in one commit, so that none takes long. */
  most: number
  /** So long somebody waits for an answer. */
  seconds: number
}

/** Thrown where the time is over. What was in a commit by then may be stored all the same. */
class CommitLate extends Error {
  override name = 'TimeoutError'
}

/**
 * Gathers what arrives within one turn of the event loop, or while a commit is under way, into one commit. Each caller
 * still waits for the commit that holds its item: as durable as one by one, with one wait for the disk instead of hundreds.
 * Whatever the database does, each caller has an answer or an error in time; what waited too long for its turn is not stored.
 *
 * @param commit stores all items or none and answers in their order; what could fail for one item alone must be ruled out before,
 *   or it fails for all that happened to come with it
 */
export function groupCommit<Item, Answer>(
  commit: (items: Item[]) => Promise<Answer[]>,
  { most, seconds }: Limits,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = []
  let running = false

  const drain = async (): Promise<void> => {
    for (;;) {
      // A burst into a database that hangs must not fill the memory.
      waiting = waiting.filter(({ over }) => !over)
      if (waiting.length === 0) break
      await store(waiting.splice(0, most))
    }
    running = false
  }

  const store = async (group: Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await commit(group.map(({ item }) => item))
      for (const [index, answer] of answers.entries()) group[index]?.resolve(answer)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const entry: Waiting<Item, Answer> = { item, resolve, reject, over: false }
    const timer = setTimeout(() => {
      entry.over = true
      reject(new CommitLate(`database: it took no commit within ${seconds} s`))
    }, seconds * 1000)
    waiting.push(entry)
    if (!running) {
      running = true
      setImmediate(() => void drain())
    }
    return promise.finally(() => clearTimeout(timer))
  }
}
