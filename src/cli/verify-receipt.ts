import { parseArgs } from 'node:util'
import { shortSha } from '../domain/repository.ts'
import type { HostCompared, ReceiptVerified } from '../flow/verify-receipt.ts'
import { passedText } from '../policy/gates/seen-text.ts'
import { lines } from '../report/text.ts'

/** What this verb needs from outside. */
export interface VerifyReceiptTools {
  verify(repository: string, environment: string): Promise<ReceiptVerified>
  print(line: string): void
}

const usage = `landfall verify-receipt OWNER/NAME ENVIRONMENT [--json]
Compares the signed receipt of what was verified last with every host as it is now: signature, release, digests, health and version.
Changes nothing, and asks neither GitHub nor a Landfall that serves.
  --json   the receipt and what was found, as one object

Exit codes: 0 every host shows what the receipt says; 1 one does not, or there is no receipt; 2 wrongly called.`

/** `landfall verify-receipt …`. Returns the exit code. */
export async function verifyReceiptVerb(argv: string[], { verify, print }: VerifyReceiptTools): Promise<number> {
  const asked = read(argv)
  if (asked.kind === 'wrong') {
    for (const line of [...asked.problems, '', usage]) print(line)
    return 2
  }
  const { repository, environment, json } = asked
  const verified = await verify(repository, environment)
  const agrees = verified.kind === 'compared' && verified.hosts.every(isAsProved)
  if (json) print(JSON.stringify({ agrees, ...verified }))
  else for (const line of told(verified, agrees)) print(line)
  return agrees ? 0 : 1
}

/** Containers that were replaced by the same digest are what was proved. */
const isAsProved = ({ problems, services }: HostCompared): boolean =>
  problems.length === 0 && services.every(({ kind }) => kind !== 'differs')

function told(verified: ReceiptVerified, agrees: boolean): string[] {
  if (verified.kind === 'nothing') return [`There is no receipt: ${verified.why}.`]
  const { receipt, hosts, remarks } = verified
  const { environment, revision, generation, verifiedAt, actor, passed = [], away = [] } = receipt
  return [
    `${environment}: ${shortSha(revision)}, generation ${generation}, verified ${verifiedAt}, asked for by ${actor}.`,
    ...passed.map((gate) => `  ${passedText(gate)}`),
    ...hosts.flatMap(hostLines),
    ...away.map((host) => `${host}: was away, and the receipt says nothing of it`),
    ...remarks.map((remark) => `Note: ${remark}.`),
    agrees ? 'Every host shows what the receipt says.' : 'Not every host shows what the receipt says.',
  ].flatMap((line) => lines(line))
}

const hostLines = ({ host, problems, services }: HostCompared): string[] => [
  `${host}: ${problems.length === 0 ? 'the signed receipt lies there, and its release runs' : problems.join('; ')}`,
  ...services.map(({ service, kind, detail }) => `  ${marks[kind]} ${service}${detail === '' ? '' : `: ${detail}`}`),
]

const marks = { holds: '✓', replaced: '✓', differs: '✗' } as const

type Asked = { kind: 'asked'; repository: string; environment: string; json: boolean } | { kind: 'wrong'; problems: string[] }

function read(argv: string[]): Asked {
  try {
    const options = { json: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true })
    const [repository = '', environment, ...more] = positionals
    if (environment === undefined || more.length > 0) return wrong('Say which repository and which environment, and no more.')
    if (!/^[^/\s]+\/[^/\s]+$/.test(repository)) return wrong(`${repository}: is not OWNER/NAME of a repository.`)
    return { kind: 'asked', repository, environment, json: values.json }
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
}

const wrong = (problem: string): Asked => ({ kind: 'wrong', problems: [problem] })
