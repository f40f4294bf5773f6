import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { forkProgram } from '../../lab/forked.ts'
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
  const sender = forkProgram(join(import.meta.dirname, 'sender.ts'), [jobFile], ['--max-old-space-size=4096'])
  await sender.next(z.literal('ready'))
  return {
    pid: sender.pid,
    async send() {
      sender.send('go')
      const { seconds, connections } = await sender.next(sent)
      return { seconds, connections, answers: answers.parse(JSON.parse(await readFile(answersFile, 'utf8'))) }
    },
    stop: () => void sender.stop(),
  }
}
