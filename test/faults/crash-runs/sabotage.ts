import { cp, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/host.ts'
import type { Records } from '../../lab/landfall/records.ts'
import type { Profile } from '../towns.ts'

/** A guard of Landfall's, broken on purpose in the laboratory, so that the checks can be seen to notice. */
export interface Sabotage {
  /** Resolves to where the spoilt code is; undefined where the code is as it should be. */
  inProgram(folder: string): Promise<string | undefined>
  onHost(host: Host): Promise<void>
  inDatabase(records: Records, profile: Profile): Promise<void>
  undo(host: Host): Promise<void>
}

/** A guard in Landfall's code, and what stands there when it is broken. */
interface Guard {
  file: string
  guard: string
  broken: string
}

const gate = (name: string) => `src/policy/gates/${name}.ts`

export const guards = {
  /** Production is deployed to whoever agreed to it. */
  approve: { file: gate('approval'), guard: 'counted.length >= rule.count', broken: 'counted.length >= 0' },
  /** Production takes what staging never saw. */
  promotion: { file: gate('strictest'), guard: 'after: after === undefined ? [] : [after]', broken: 'after: []' },
  /** What is red or not known yet passes for green. */
  checks: { file: gate('checks'), guard: 'if (!demand.all && demand.names.length === 0) return open()', broken: 'return open()' },
  /** Locks keep nobody away. */
  lock: { file: gate('lock'), guard: `if (facts.kind === 'rollback') return open()`, broken: 'return open()' },
  /** What was rolled back is forgotten. */
  quarantine: {
    file: gate('quarantine'),
    guard: 'if (found === undefined || found.supersededBy !== undefined) return open()',
    broken: 'return open()',
  },
  /** A rejection counts for nothing. */
  reject: { file: gate('approval'), guard: `vote.verdict === 'reject' && isThis(vote)`, broken: 'false' },
  /** What is cancelled goes on. */
  cancel: { file: 'src/flow/cancel.ts', guard: 'if (!cancelled) return false', broken: 'return false' },
  /** What waits while something newer is brought is brought afterwards. */
  order: {
    file: 'src/flow/environment.ts',
    guard: 'overtaken: begun ? [] : older.map',
    broken: 'overtaken: open.length > 0 ? [] : older.map',
  },
  /** Nobody is asked whether others may follow a canary. */
  canary: {
    file: 'src/flow/canary-gate.ts',
    guard: "if (wave?.approve === undefined) return { kind: 'open' }",
    broken: "return { kind: 'open' }",
  },
  /** Where one host fails, the first of them stays with what failed. */
  together: {
    file: 'src/flow/return.ts',
    guard: '[...execution.hosts.keys()].filter((name) => !keeps.includes(name))',
    broken: '[...execution.hosts.keys()].slice(1)',
  },
} satisfies Record<string, Guard>

export const sabotages = {
  /** Hosts take every order, however late it is. */
  fence: inShell('s/^    fail $fenced .*/    :/'),
  /** Nobody waits for anybody on a host. */
  flock: inShell('s/^  flock -n 9 .*/  :/'),
  /** What no deployment changes is recreated with the rest. */
  untouched: inShell('s/--no-deps "$@" $services/--force-recreate "$@"/'),
  /** A command told twice counts twice. */
  dedupe: inTables({
    sqlite: [
      `create trigger spoilt after insert on intents when new.kind = 'command'
        begin update intents set key = 'spoilt ' || new.id where id = new.id; end`,
    ],
    postgres: [
      `create function spoil() returns trigger language plpgsql as
        $$ begin if new.kind = 'command' then new.key := 'spoilt ' || new.id; end if; return new; end $$`,
      'create trigger spoilt before insert on intents for each row execute function spoil()',
    ],
  }),
  /** Nobody remembers that a report was begun when its answer got lost. */
  outbox: inTables({
    sqlite: [
      `create trigger spoilt after update on reports when new.begun = 1
        begin update reports set begun = 0 where subject = new.subject and surface = new.surface; end`,
    ],
    postgres: [
      'create function spoil() returns trigger language plpgsql as $$ begin new.begun := 0; return new; end $$',
      'create trigger spoilt before update on reports for each row execute function spoil()',
    ],
  }),
  approve: inCode('approve'),
  promotion: inCode('promotion'),
  checks: inCode('checks'),
  lock: inCode('lock'),
  quarantine: inCode('quarantine'),
  reject: inCode('reject'),
  cancel: inCode('cancel'),
  order: inCode('order'),
  canary: inCode('canary'),
  together: inCode('together'),
} satisfies Record<string, Sabotage>

export type SabotageName = keyof typeof sabotages
export const isSabotage = (name: string): name is SabotageName => Object.hasOwn(sabotages, name)

/** landfall-shell, behind the gate that stands before it. */
const shell = '/usr/local/bin/landfall-shell.behind'

async function nothing(): Promise<undefined> {}

function inShell(edit: string): Sabotage {
  return {
    inProgram: nothing,
    async onHost(host) {
      await host.sh(`cp -p ${shell} ${shell}.good && sed -i '${edit}' ${shell} && ! cmp -s ${shell} ${shell}.good`)
    },
    inDatabase: nothing,
    undo: async (host) => void (await host.sh(`mv -f ${shell}.good ${shell}`)),
  }
}

function inTables(statements: Record<'sqlite' | 'postgres', string[]>): Sabotage {
  return {
    inProgram: nothing,
    onHost: nothing,
    async inDatabase({ query }, profile) {
      for (const statement of statements[profile === 'one machine' ? 'sqlite' : 'postgres']) await query(statement)
    },
    undo: nothing,
  }
}

/** In a copy of Landfall's code. */
function inCode(name: keyof typeof guards): Sabotage {
  const { file, guard, broken } = guards[name]
  return {
    async inProgram(folder) {
      const copy = await mkdtemp(join(folder, 'spoilt-'))
      for (const part of ['src', 'package.json', 'app.yml']) await cp(part, join(copy, part), { recursive: true })
      await symlink(await realpath('node_modules'), join(copy, 'node_modules'))
      await writeFile(join(copy, file), (await readFile(file, 'utf8')).replace(guard, broken))
      return copy
    },
    onHost: nothing,
    inDatabase: nothing,
    undo: nothing,
  }
}
