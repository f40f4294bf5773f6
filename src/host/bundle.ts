import { onHost } from '../domain/host-view.ts'
import type { Plan } from '../domain/plan.ts'
import type { Secret } from '../domain/secret.ts'
import type { ReleaseRef } from './commands.ts'
import { checkFile } from './files-check.ts'
import { images, isChecked, manifest } from './manifest.ts'
import { onceFile } from './once-file.ts'
import type { Authority } from './order.ts'
import { planFile, planNamespace } from './plan-file.ts'
import { archive } from './tar.ts'

/** What Landfall's key signs, kept apart so that a signature over one can never pass for the other. */
export const bundleNamespace = 'landfall-bundle'
export const receiptNamespace = 'landfall-receipt'

/** A registry login for one pull. */
export interface Login {
  /** `ghcr.io`, `docker.io` */
  registry: string
  username: string
  password: Secret
}

/**
 * The bundle of a plan, the same bytes for the same contents: what is signed, put on every host of the deployment, or on those
 * that have one view of it, and compared when it is put again. `env` is the final text of the project's `.env`; `files` are the other project files by
 * their path in the project folder. The bytes hold the secrets of `env`: they go to the signer and to hosts, nowhere else.
 * The plan lies in it with a signature of its own, by which it can be proved without those. Where the plan takes its files from a
 * release that hosts keep, neither is given, and the manifest names them.
 */
export function packBundle({
  plan: whole,
  host,
  env,
  files,
  sign,
}: {
  plan: Plan
  /** One of the plan's hosts for which it is; absent where all have the same. */
  host?: string | undefined
  env?: Secret | undefined
  files: ReadonlyMap<string, Uint8Array>
  sign: Authority['sign']
}): Uint8Array {
  const plan = host === undefined ? whole : onHost(whole, host)
  const project = new Map([...files].filter(([path]) => !isElsewhere(path, whole, plan)))
  const kept = Buffer.from(planFile(whole))
  if (env) project.set('.env', Buffer.from(env.reveal()))
  const paths = [...(plan.kept === undefined ? project.keys() : ['.env', ...pathsIn(plan)])].sort()
  return archive([
    { path: 'manifest', bytes: Buffer.from(manifest(plan, paths, profilesOn(whole, host))) },
    { path: 'compose.yml', bytes: Buffer.from(plan.compose) },
    { path: 'override.yml', bytes: Buffer.from(plan.override) },
    { path: 'images.yml', bytes: Buffer.from(imagesFile(plan)) },
    { path: 'once.yml', bytes: Buffer.from(onceFile(plan)) },
    { path: 'interpolation.env', bytes: Buffer.from(interpolationFile(plan.interpolation)) },
    ...(plan.synced ?? []).flatMap((entry, index) =>
      isChecked(entry, plan) ? [{ path: `check-${index + 1}.yml`, bytes: Buffer.from(checkFile(plan, entry)) }] : [],
    ),
    { path: 'plan.json', bytes: kept },
    { path: 'plan.signature', bytes: Buffer.from(sign(kept, planNamespace)) },
    ...paths.flatMap((path) => {
      const bytes = project.get(path)
      return bytes ? [{ path: `project/${path}`, bytes }] : []
    }),
  ])
}

/** Files of the repository in the project folder. */
const pathsIn = ({ files, synced = [] }: Plan): string[] => [...files, ...synced.flatMap((entry) => entry.files)].map(({ path }) => path)

/** Whether a file belongs to a service that does not run on this host. */
const isElsewhere = (path: string, whole: Plan, here: Plan): boolean => pathsIn(whole).includes(path) && !pathsIn(here).includes(path)

/** The Compose profiles of a host, where one is named. */
const profilesOn = ({ hosts }: Plan, name: string | undefined): string[] => hosts.find((host) => host.name === name)?.profiles ?? []

/** A Compose file of images alone: Compose then pulls them side by side, and tells each step, without any variable or file. */
function imagesFile(plan: Plan): string {
  const services = images(plan).map((image, number) => [`image-${number}`, { image, pull_policy: 'missing' }])
  return JSON.stringify({ services: Object.fromEntries(services) })
}

/** Single quotes, because Compose takes what is in them as it is. Tags and names need no more. */
function interpolationFile(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /['\\\n\r]/.test(value)) {
        throw new Error(`the variable ${JSON.stringify(name)} cannot be given to Compose`)
      }
      return `${name}='${value}'\n`
    })
    .join('')
}

/** Standard input of `put`: the armoured signature over the bundle, logins for its pull, the bundle. */
export function encloseBundle(bundle: Uint8Array, signature: string, logins: readonly Login[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${base64(signature)}\n`), encloseLogins(logins), bundle])
}

/** Standard input of `pull`: one line, a Docker configuration with these logins and nothing else. */
export function encloseLogins(logins: readonly Login[]): Uint8Array {
  if (logins.length === 0) return Buffer.from('-\n')
  const auths = logins.map(({ registry, username, password }) => [
    // Docker knows its own registry by this address alone.
    registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry,
    { auth: base64(`${username}:${password.reveal()}`) },
  ])
  return Buffer.from(`${base64(JSON.stringify({ auths: Object.fromEntries(auths) }))}\n`)
}

/** A login as Docker's engine takes it in a header, for one request: X-Registry-Auth, which it reads with its padding alone. */
export const passportOf = ({ registry, username, password }: Login): string =>
  base64(JSON.stringify({ username, password: password.reveal(), serveraddress: registry }))
    .replaceAll('+', '-')
    .replaceAll('/', '_')

/** What is signed to confirm a release: the first line binds it to one project, environment and generation. */
export const receiptStatement = (release: ReleaseRef, receipt: unknown): Uint8Array => boundTo(release, `${JSON.stringify(receipt)}\n`)

/** The same for a receipt's text as hosts keep it, without that line. */
export const boundTo = ({ project, environment, generation }: ReleaseRef, receipt: string): Uint8Array =>
  Buffer.from(`landfall-receipt 1 ${project} ${environment} ${generation}\n${receipt}`)

/** Standard input of `confirm`: the armoured signature over the statement, then the statement. */
export const encloseReceipt = (statement: Uint8Array, signature: string): Uint8Array =>
  Buffer.concat([Buffer.from(`${base64(signature)}\n`), statement])

const base64 = (text: string): string => Buffer.from(text).toString('base64')
