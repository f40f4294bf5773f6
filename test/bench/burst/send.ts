import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answers, answers, type Job, sent } from './job.ts'

/** A sender that has signed everything and waits for the word. */
export interface Sender {
  pid: number
  /** Sends it all; resolves when everything is answered, or its connection broke off. */
  send(): Promise<Sent>
  /** Ends the process. */
  stop(): void
}

export interface Sent {
  /** From the first webhook's turn to the last answer. */
  seconds: number
  /** Connections opened in all. */
  connections: number
  answers: Answers
}

/** Starts the sending process and waits until it is ready. Its files go to `folder`. */
export async function startSender(given: Omit<Job, 'answers'>, folder: string): Promise<Sender> {
  const [jobFile, answersFile] = [join(folder, 'burst.json'), join(folder, 'burst-answers.json')]
  const told: Job = { ...given, answers: answersFile }
  await writeFile(jobFile, JSON.stringify(told))
  const child = fork(join(import.meta.dirname, 'sender.ts'), [jobFile], { execArgv: ['--max-old-space-size=4096'] })
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the sender ended with ${String(code)}`)
  })
  gone.catch(() => undefined)
  await Promise.race([once(child, 'message'), gone])
  return {
    pid: child.pid ?? 0,
    async send() {
      child.send('go')
      const [said] = await Promise.race([once(child, 'message'), gone])
      const { seconds, connections } = sent.parse(said)
      return { seconds, connections, answers: answers.parse(JSON.parse(await readFile(answersFile, 'utf8'))) }
    },
    stop: () => void child.kill(),
  }
}
