import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { newKeyPair } from '../../src/adapters/ssh/new-key.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../lab/landfall/scenario.ts'
import type { Typing } from './page.ts'

/** Somebody on the first day: at the machine where Landfall lies, with a key that opens the servers. */
export interface Newcomer {
  home: string
  /** Lets their key in as root there. */
  mayEnter(host: Host): Promise<void>
  /** Types lines; those for root on this host. */
  at(host: Host): Typing
  /** Writes a file below their home folder. */
  keep(path: string, text: string): Promise<void>
}

/** Sits down in Landfall's folder: `landfall` is its command line, and `npm start` starts it. */
export async function newcomer(scenario: Scenario): Promise<Newcomer> {
  const { folder } = scenario.lab
  const home = join(folder, 'home')
  const key = newKeyPair('mona')
  const keep = async (path: string, text: string, mode = 0o644) => {
    const file = join(home, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { mode })
  }
  await keep('.ssh/id_ed25519', key.private, 0o600)
  const cli = join(import.meta.dirname, '../../src/main/cli.ts')
  await keep('bin/landfall', `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, 0o755)
  // operator.yml lies in this folder, and is called so by whoever is there.
  const { LANDFALL_OPERATOR: _, ...landfall } = scenario.environment
  const env = { ...landfall, HOME: home, PATH: [join(home, 'bin'), process.env.PATH].join(delimiter) }

  const here = (command: string): Promise<string> =>
    new Promise((resolve) => {
      execFile('sh', ['-c', command], { cwd: folder, env }, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`))
    })
  return {
    home,
    keep: (path, text) => keep(path, text),
    mayEnter: (host) => host.authorize(key.public, 'root'),
    at: (host) => async (prompt, command) => {
      if (prompt === '#') return host.sh(`exec 2>&1\n${command}`)
      if (command !== 'npm start') return here(command)
      await scenario.restart()
      return ''
    },
  }
}
