import type { HostRule, OperatorFile } from '../domain/configuration.ts'

/** A machine named in a command, as far as it is known. */
export interface HostTarget {
  /** Account of the administrator. */
  admin: string
  host: Omit<HostRule, 'hostKey'> & { hostKey?: string | undefined }
  /** Whether the operator's file has it. */
  known: boolean
}

/** What was written beside `USER@HOST:PORT`. */
export interface TargetWords {
  name?: string | undefined
  bastion?: string | undefined
  user?: string | undefined
}

/**
 * Reads `[USER@]HOST[:PORT]`, where HOST is a name of the operator's file or an address. Who is not in the file is reached as its `defaults`
 * say. Returns what is wrong otherwise.
 */
export function readTarget(word: string, words: TargetWords, operator: OperatorFile | undefined): HostTarget | string {
  const [, admin = 'root', written, port] = /^(?:([^@\s]+)@)?(\[[0-9a-fA-F:.]+\]|[^:@\s]+)(?::(\d{1,5}))?$/.exec(word) ?? []
  if (written === undefined) return 'Say whom to log in as and where: USER@HOST or USER@HOST:PORT, or a host by its name in operator.yml.'
  const address = written.replace(/^\[|\]$/g, '')
  const known = port === undefined ? findHost(operator, address) : undefined
  const { defaults = { port: 22, user: 'landfall' }, bastions = {} } = operator ?? {}
  const bastion = words.bastion === undefined ? (known ?? defaults).bastion : bastions[words.bastion]
  if (words.bastion !== undefined && words.bastion !== 'none' && !bastion)
    return `--bastion: operator.yml has no bastion "${words.bastion}".`
  const { bastion: _, ...usual } = known ?? { name: address, address, port: Number(port ?? defaults.port), user: defaults.user }
  const host = { ...usual, name: words.name ?? usual.name, user: words.user ?? usual.user, ...(bastion && { bastion }) }
  return { admin, host, known: known !== undefined }
}

const findHost = (operator: OperatorFile | undefined, word: string): HostRule | undefined =>
  operator?.hosts[word] ?? Object.values(operator?.hosts ?? {}).find(({ address }) => address === word)
