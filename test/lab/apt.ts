import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Result, run } from './run.ts'

/** Installs Debian packages from this machine's own sources, without starting their services. */
export async function install(packages: string[]): Promise<void> {
  const quietly = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  const wanted = ['apt-get', 'install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages]
  await withoutServices(async () => {
    const first = await run(wanted, quietly)
    if (first.code === 0) return
    succeeded(await run(['apt-get', 'update'], quietly), 'apt-get update', packages)
    succeeded(await run(wanted, quietly), 'apt-get install', packages)
  })
}

/** Debian asks this script before it starts a service on installation; 101 means no. One that is there already stays. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return work()
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    await rm(policy, { force: true })
  }
}

/**
 * Unpacks packages of another Debian suite into `target`, which appears whole or not at all. Lists and sources are
 * private: this machine's own are neither read nor written, and nothing is installed.
 */
export async function unpack(suite: string, packages: string[], target: string): Promise<void> {
  const work = await mkdtemp(`${target}.`)
  try {
    await mkdir(join(work, 'lists/partial'), { recursive: true })
    await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
    await mkdir(join(work, 'tree'))
    await writeFile(join(work, 'sources.list'), await sourceOf(suite))
    const own = {
      'Dir::Etc::sourcelist': join(work, 'sources.list'),
      'Dir::Etc::sourceparts': '-',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      'Dir::State::lists': join(work, 'lists'),
      'Dir::Cache': join(work, 'cache'),
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'APT::Update::Error-Mode': 'any', // or an unreachable mirror would count as success
    }
    const options = Object.entries(own).flatMap(([key, value]) => ['-o', `${key}=${value}`])
    const folder = join(work, 'cache')
    succeeded(await run(['apt-get', ...options, 'update'], { folder }), `apt-get update (${suite})`, packages)
    succeeded(await run(['apt-get', ...options, 'download', ...packages], { folder }), `apt-get download (${suite})`, packages)
    for (const file of await readdir(folder)) {
      if (file.endsWith('.deb')) succeeded(await run(['dpkg', '-x', join(folder, file), join(work, 'tree')]), 'dpkg -x', [file])
    }
    await rename(join(work, 'tree'), target)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A sources line for the suite, from the mirror and with the keyring this machine uses for Debian itself. */
async function sourceOf(suite: string): Promise<string> {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? ''
  const format = '$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(SIGNED_BY)'
  const targets = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])
  const mains = targets.stdout
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([release, component]) => release === codename && component === 'main')
  const [, , uri = 'http://deb.debian.org/debian', signedBy = ''] =
    mains.find(([, , uri]) => /\/debian\/?$/.test(uri ?? '')) ?? mains[0] ?? []
  const keyring = signedBy.startsWith('/') ? signedBy : '/usr/share/keyrings/debian-archive-keyring.gpg'
  return `deb [signed-by=${keyring}] ${uri} ${suite} main\n`
}

function succeeded({ code, stdout, stderr }: Result, step: string, packages: string[]): void {
  if (code === 0) return
  const said = (stderr || stdout).trimEnd().split('\n').slice(-8).join('\n')
  throw new Error(
    `laboratory: ${step} failed for ${packages.join(', ')}. It needs a Debian mirror the first time: check the network and \`apt-get update\`.\n${said}`,
  )
}
