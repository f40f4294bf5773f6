import type { Secret } from '../../domain/secret.ts'
import { ChatFailed } from './failed.ts'
import { post } from './post.ts'

/** Posts to a Slack incoming webhook, which can neither edit nor delete what it once said. */
export async function sendToSlack(channel: string, url: Secret, message: unknown, seconds: number): Promise<void> {
  const { status, retryAfterSeconds } = await post(channel, url.reveal(), JSON.stringify(message), seconds)
  if (status >= 200 && status < 300) return
  throw new ChatFailed(`chat.${channel}: Slack answered ${status}. ${remedyOf(status)}`, { status, retryAfterSeconds })
}

function remedyOf(status: number): string {
  if (status === 403 || status === 404 || status === 410) return 'Make a new incoming webhook for the channel and store its address.'
  return 'It is tried again.'
}
