import type { Chat, ChatMessage } from '../../src/flow/ports.ts'

/** Chat channels that remember what was said. */
export class FakeChat implements Chat {
  readonly said: { channel: string; message: ChatMessage }[] = []
  /** What it returns is thrown. */
  fails: () => Error | undefined = () => undefined

  async send(channel: string, message: ChatMessage): Promise<string> {
    const error = this.fails()
    if (error) throw error
    this.said.push({ channel, message })
    return 'said'
  }
}
