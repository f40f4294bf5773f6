import { parseArgs } from 'node:util'
import { grantLines } from '../config/operator/grant-edit.ts'
import type { HostRule } from '../domain/configuration.ts'
import type { Adopted, AdoptionWanted, OperatorText } from '../flow/adoption/adopt.ts'
import { type FoundMachine, findProjects } from '../flow/adoption/find.ts'
import type { AdminSession } from '../flow/bootstrap.ts'
import type { Refusal } from '../flow/secret-place.ts'
import { restartLines } from '../report/adoption.ts'
import { lines } from '../report/text.ts'
import { type AdminTools, adminOptions, adminUsage, logInAsAdmin } from './admin-login.ts'
import { machineLines, suggested } from './adopt-lines.ts'
import { type HostTarget, readTarget } from './host-target.ts'
import { changeInventory, type Inventory, readInventory } from './inventory.ts'

/** What this verb needs from outside. */
export interface AdoptTools extends AdminTools {
  inventory: Inventory
  /** Name of the operating system's user. */
  user: string
  adopt(wanted: AdoptionWanted, machine: FoundMachine, operator: OperatorText, session: AdminSession): Promise<Adopted | Refusal>
  print(line: string): void
}

const usage = `landfall adopt USER@HOST                               tells which Compose projects run there, and what keeps Landfall from looking after them
landfall adopt USER@HOST PROJECT --repository OWNER/NAME   opens a pull request by which Landfall looks after one of them
Nothing restarts: name, folder, volumes and containers stay. HOST is a name of operator.yml or an address; USER is root or may use sudo.
  --environment NAME        default: production
  --branch NAME             branch that it follows from then on (default: the repository's own)
  --folder PATH             where its Compose files go in the repository (default: the root)
  --in-clear FILE           an env file beside .env that holds no secret, and may stand in the repository as it is; may be given several times
  --also RECIPIENT          who else can read its secrets, as an age recipient; may be given several times
  --print                   print what to put into operator.yml, and leave the file alone
  --host-key 'TYPE KEY'     of a machine that is not in operator.yml
  --bastion NAME            go through this bastion of operator.yml; none: through none
${adminUsage}
  --root DIR                as it was given to bootstrap

Exit codes: 0 done; 1 refused; 2 wrongly called.`

const text = { type: 'string' } as const
const many = { type: 'string', multiple: true, default: [] as string[] } as const
const options = {
  ...adminOptions,
  repository: text,
  environment: text,
  branch: text,
  folder: text,
  'in-clear': many,
  also: many,
  print: { type: 'boolean', default: false },
  'host-key': text,
  bastion: text,
  root: { type: 'string', default: '/var/lib/landfall' },
} as const

type Values = NonNullable<ReturnType<typeof split>>['values']

/** `landfall adopt …`. Returns the exit code. */
export async function adoptVerb(argv: string[], tools: AdoptTools): Promise<number> {
  const say = (...told: string[]) => {
    for (const line of told) tools.print(line)
  }
  const call = split(argv)
  const [word, project, ...rest] = call?.positionals ?? []
  if (!call || word === undefined || rest.length > 0 || !/^\/[A-Za-z0-9._/-]+$/.test(call.values.root)) {
    say(usage)
    return 2
  }
  const { values } = call
  const inventory = readInventory(tools.inventory)
  if (inventory.kind === 'wrong') {
    say(...inventory.lines)
    return 1
  }
  const target = readTarget(word, values, inventory.kind === 'ok' ? inventory.value : undefined)
  if (typeof target === 'string') {
    say(target, '', usage)
    return 2
  }
  const hostKey = values['host-key'] ?? target.host.hostKey
  const host = { ...target.host, hostKey }
  const login = await logInAsAdmin({ ...target, host }, values.key, tools)
  if (login.kind !== 'connected') {
    say(...notIn(login, word))
    return 1
  }
  try {
    const machine = await findProjects(login.session, values.root, values['in-clear'])
    if (project === undefined) {
      say(...machineLines(machine, word))
      return 0
    }
    return await takeOver({ project, word, target, host, values, machine, session: login.session }, tools, say)
  } finally {
    login.session.close()
  }
}

interface TakeOver {
  project: string
  /** The machine as it was named. */
  word: string
  target: HostTarget
  host: HostTarget['host']
  values: Values
  machine: FoundMachine
  session: AdminSession
}

async function takeOver(
  { project, word, target, host, values, machine, session }: TakeOver,
  tools: AdoptTools,
  say: (...lines: string[]) => void,
): Promise<number> {
  const found = machine.projects.find(({ name }) => name === project)
  const { repository = suggested(found), environment, branch, folder, also, root } = values
  if (repository === undefined) {
    say('Say which repository it is to belong to: --repository OWNER/NAME.')
    return 2
  }
  if (!target.known || !isHost(host)) {
    say(`${word} is no host of this Landfall yet. Make it one first: landfall host bootstrap ${word}`)
    return 1
  }
  const { inventory, user, adopt } = tools
  const operator: OperatorText = {
    file: inventory.file,
    text: inventory.read() ?? '',
    change(edit, grant) {
      const put = ['Put it into operator.yml:', '', ...grantLines(grant)]
      const noted = values.print
        ? { changed: false, lines: put }
        : changeInventory(inventory, edit, `${grant.repository} may deploy ${grant.project} to ${grant.host}`, put)
      say(...noted.lines)
      return noted.changed
    },
  }
  const outcome = await adopt({ project, repository, environment, branch, folder, also, root, host, user }, machine, operator, session)
  if (outcome.kind === 'refused') {
    say(...lines(`${outcome.why}. ${outcome.remedy}.`))
    return 1
  }
  const { owner, name } = outcome.repository
  say(
    ...restartLines(outcome.draft),
    `Pull request #${outcome.number} of ${owner}/${name} brings its files, for the environment ${outcome.environment}. Nothing happens until it is merged.`,
  )
  return 0
}

const isHost = (host: HostTarget['host']): host is HostRule => host.hostKey !== undefined

function notIn(login: Exclude<Awaited<ReturnType<typeof logInAsAdmin>>, { kind: 'connected' }>, word: string): string[] {
  if (login.kind !== 'wrong-key') return [`${word}: nobody logged in: ${login.detail}.`]
  return [
    `${word}: nobody logged in. It shows ${login.shown}, which is not the key it should have, or none is known yet.`,
    `If it is the same on the machine itself, run this again with --host-key '${login.line}'`,
  ]
}

function split(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true })
  } catch {
    return undefined
  }
}
