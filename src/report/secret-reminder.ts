import type { SecretAges } from '../domain/secret-age.ts'
import { messageOf } from './chat.ts'
import type { ChatMessage } from './published.ts'
import { oneLine } from './text.ts'

/** What people are reminded of. */
export interface Reminder {
  /** `owner/name` */
  repository: string
  environment: string
  ages: Pick<SecretAges, 'project' | 'within'>
  /** At least one, the oldest first. */
  old: readonly { name: string; days: number }[]
}

/** So many are named. */
const mostNamed = 10

/** All secrets of an environment that are too old in one message, by name and age. Values are known to nobody here. */
export function secretReminder({ repository, environment, ages: { project, within = 0 }, old }: Reminder): ChatMessage {
  const [first] = old
  const subject = old.length === 1 ? 'a secret' : `${old.length} secrets`
  const set = `landfall secret set ${repository} ${environment} ${oneLine(first?.name ?? '')}`
  const remedy = `Give ${old.length === 1 ? 'it' : 'each'} another value: \`${set}\` opens a pull request, and what operator.yml leads to is changed there; told again after 30 days`
  return messageOf(
    {
      icon: '🔑',
      headline: `${oneLine(environment)} has ${subject} older than ${Math.round(within / 86_400)} days`,
      detail: oldSecretsText(old),
      remedy,
      repository,
      project: oneLine(project),
      environment: oneLine(environment),
    },
    false,
  )
}

/** `DATABASE_PASSWORD (97 days), TOKEN (91 days)` */
export function oldSecretsText(old: Reminder['old']): string {
  const named = old.slice(0, mostNamed).map(({ name, days }) => `${oneLine(name)} (${days} days)`)
  const more = old.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
