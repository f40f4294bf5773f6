interface Waiting<Item, Answer> {
  item: Item
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Gathers what arrives within one turn of the event loop, or while a commit is under way, into one commit. Each caller
 * still waits for the commit that holds its item: as durable as one by one, with one wait for the disk instead of hundreds.
 *
 * @param commit stores all items or none and answers in their order; what could fail for one item alone must be ruled out before,
 *   or it fails for all that happened to come with it
 * @param most items in one commit, so that none takes long
 */
export function groupCommit<Item, Answer>(commit: (items: Item[]) => Promise<Answer[]>, most: number): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = []
  let running = false

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) await store(waiting.splice(0, most))
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

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      setImmediate(() => void drain())
    })
}
