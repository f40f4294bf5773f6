import { parseArgs } from 'node:util'
import type { VariableEdit } from '../config/sops/change.ts'
import type { SecretsListed } from '../flow/list-secrets.ts'
import type { SecretProposed, SecretWanted } from '../flow/propose-secret.ts'
import type { Refusal, SecretsOf } from '../flow/secret-place.ts'
import { daysSince } from '../policy/secret-reminder.ts'
import { lines } from '../report/text.ts'

/** What this verb needs from outside. */
export interface SecretTools {
  /** Name of the operating system's user. */
  user: string
  recipient(repository: string, environment: string): Promise<string>
  /** From standard input, or asked for without an echo. */
  readValue(name: string): Promise<string>
  propose(wanted: SecretWanted): Promise<SecretProposed | Refusal>
  list(wanted: SecretsOf): Promise<SecretsListed | Refusal>
  /** Changes a file here: its new text, or why not. */
  editHere(file: FileHere, edit: VariableEdit, also: readonly string[]): Promise<{ kind: 'edited'; text: string } | Refusal>
  write(path: string, text: string): Promise<void>
  print(line: string): void
  /** As it is, without a line break at its end. */
  printText(text: string): void
  now: Date
}

/** A SOPS file of a checkout, and what it is for. */
export interface FileHere {
  path: string
  repository: string
  environment: string
}

const usage = `landfall secret set [OWNER/NAME] ENVIRONMENT KEY   opens a pull request with the value, encrypted
landfall secret rm  [OWNER/NAME] ENVIRONMENT KEY   opens one without it
landfall secret list [OWNER/NAME] ENVIRONMENT      names and how old the values are that run; never values
landfall secret recipient OWNER/NAME ENVIRONMENT   the age recipient that SOPS files of the environment are encrypted for
  --also RECIPIENT  who else can read the file, where set makes it; may be given several times
The value is read from standard input, or asked for; it never stands in a command. OWNER/NAME may be left out while the App is installed
on one repository. Works where Landfall keeps its keys. With set and rm, for a file of a checkout and without GitHub; name all three then:
  --write FILE     changes FILE, or makes it
  --stdout FILE    prints what it would become

Exit codes: 0 done; 1 refused; 2 wrongly called.`

type Asked =
  | { kind: 'recipient'; repository: string; environment: string }
  | { kind: 'list'; of: SecretsOf }
  | { kind: 'set' | 'rm'; name: string; of: SecretsOf; also: string[] }
  | { kind: 'set' | 'rm'; name: string; file: FileHere; write: boolean; also: string[] }
  | { kind: 'wrong'; problems: string[] }

/** `landfall secret …`. Returns the exit code. */
export async function secretVerb(argv: string[], tools: SecretTools): Promise<number> {
  const asked = read(argv)
  switch (asked.kind) {
    case 'wrong':
      for (const line of [...asked.problems, '', usage]) tools.print(line)
      return 2
    case 'recipient':
      tools.print(await tools.recipient(asked.repository, asked.environment))
      return 0
    case 'list':
      return listed(await tools.list(asked.of), tools)
    default: {
      const { name } = asked
      const edit: VariableEdit = asked.kind === 'rm' ? { kind: 'remove', name } : { kind: 'set', name, value: await tools.readValue(name) }
      return 'of' in asked
        ? proposed(await tools.propose({ ...asked.of, edit, also: asked.also, user: tools.user }), tools)
        : here(asked, edit, tools)
    }
  }
}

function proposed(outcome: SecretProposed | Refusal, { print }: SecretTools): number {
  if (outcome.kind === 'refused') return refuse(outcome, print)
  const { repository, number, path, add } = outcome
  print(`Pull request #${number} of ${repository.owner}/${repository.name} changes ${path}. Nothing happens until it is merged.`)
  if (add) print(`Add to the environment in ${add.file}, or nothing comes of it: ${add.line}`)
  return 0
}

async function here(
  { file, write, also }: { file: FileHere; write: boolean; also: string[] },
  edit: VariableEdit,
  tools: SecretTools,
): Promise<number> {
  const edited = await tools.editHere(file, edit, also)
  if (edited.kind === 'refused') return refuse(edited, tools.print)
  if (!write) {
    tools.printText(edited.text)
    return 0
  }
  await tools.write(file.path, edited.text)
  tools.print(`${file.path}: changed. Commit it as it is.`)
  return 0
}

function listed(outcome: SecretsListed | Refusal, { print, now }: SecretTools): number {
  if (outcome.kind === 'refused') return refuse(outcome, print)
  const { path, names, changedAt, ages } = outcome
  const changed = Number.isNaN(Date.parse(changedAt)) ? 'nobody knows when' : `${changedAt} (${daysSince(changedAt, now)} days ago)`
  print(`${path}, changed last ${changed}`)
  const since = new Map(ages?.map((age) => [age.name, age.since]))
  const ageText = (name: string) => {
    const at = since.get(name)
    if (at === undefined) return ages ? ': not deployed yet' : ''
    return `: since ${at.slice(0, 10)} (${daysSince(at, now)} days)`
  }
  for (const name of names) for (const line of lines(`${name}${ageText(name)}`)) print(`  ${line}`)
  for (const name of since.keys())
    if (!names.includes(name)) print(`  ${lines(name).join(' ')}${ageText(name)}; from operator.yml, or not in this file any more`)
  return 0
}

function refuse({ why, remedy }: Refusal, print: SecretTools['print']): number {
  for (const line of lines(`${why}. ${remedy}.`)) print(line)
  return 1
}

function read(argv: string[]): Asked {
  const [verb = '', ...rest] = argv
  if (!['set', 'rm', 'list', 'recipient'].includes(verb)) return wrong('Say what to do: set, rm, list or recipient.')
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({
      args: rest,
      options: { write: text, stdout: text, also: { type: 'string', multiple: true } },
      allowPositionals: true,
    })
    const path = values.write ?? values.stdout
    const also = values.also ?? []
    if (also.length > 0 && verb !== 'set') return wrong('--also is for `set`, when it makes the file.')
    if (values.write !== undefined && values.stdout !== undefined) return wrong('--write and --stdout exclude each other.')
    if (path !== undefined && (verb === 'recipient' || verb === 'list')) return wrong(`\`${verb}\` takes no file.`)
    if (verb === 'list') return listOf(positionals)
    if (verb === 'recipient') return recipientOf(positionals)
    const kind = verb === 'rm' ? 'rm' : 'set'
    const name = positionals.at(-1) ?? ''
    // Of what is no name nothing is repeated: people put values there.
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return wrong('Name the variable last: letters, digits and _. Its value is asked for.')
    const of = placeOf(positionals.slice(0, -1))
    if (!of) return wrong('Say which environment and which KEY, and no more: the value is asked for.')
    if (path === undefined) return { kind, name, of, also }
    const { repository, environment } = of
    if (repository === undefined) return wrong('With a file, say OWNER/NAME too: nobody is asked whose it is.')
    return { kind, name, file: { path, repository, environment }, write: values.write !== undefined, also }
  } catch {
    return wrong('There are --also RECIPIENT, --write FILE and --stdout FILE, and no other options.')
  }
}

function listOf(words: string[]): Asked {
  const of = placeOf(words)
  return of ? { kind: 'list', of } : wrong('Say which environment, and where there are several repositories which of them.')
}

function recipientOf(words: string[]): Asked {
  const { repository, environment } = placeOf(words) ?? {}
  if (repository === undefined || environment === undefined) return wrong('Say which repository and which environment.')
  return { kind: 'recipient', repository, environment }
}

function placeOf(words: string[]): SecretsOf | undefined {
  const [first = '', second, ...more] = words
  if (more.length > 0 || first === '') return undefined
  if (second === undefined) return first.includes('/') ? undefined : { environment: first }
  return /^[^/\s]+\/[^/\s]+$/.test(first) ? { repository: first, environment: second } : undefined
}

const wrong = (problem: string): Asked => ({ kind: 'wrong', problems: [problem] })
