import { writeDotenv } from '../config/dotenv.ts'
import type { EnvironmentValues } from '../config/environment-values.ts'
import { hostsDiffer, viewOf } from '../domain/host-view.ts'
import type { OperatorVariable, Plan } from '../domain/plan.ts'
import { problemsReason, type Reason, reason } from '../domain/reason.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { Secret } from '../domain/secret.ts'
import { bundleNamespace, encloseBundle, type Login, packBundle } from '../host/bundle.ts'
import { envFingerprint } from '../plan/freeze.ts'
import { registryFor } from '../policy/registries.ts'
import { redact, secretValues } from '../report/redact.ts'
import { environmentValues, secretsText } from './environment-values.ts'
import type { Ports } from './ports.ts'
import { fingerprinted, variableFingerprints } from './secret-keys.ts'
import { unlessAway } from './unless-away.ts'

/** What goes to the hosts of a deployment, and what must never be told of it. */
export interface Sealed {
  /** Standard input of `put` for a host of the plan. */
  envelopeFor(host: string): Uint8Array
  /** What hosts and containers say, without the values that must not be told. */
  mask: Mask
}

export type Mask = (text: string) => string

/** For words of a host in which no value of an environment can be. */
export const unmasked: Mask = (text) => redact(text, [])

/**
 * Stands in where everything was sent already and the values to hide cannot be fetched: hosts must not stay half-way for
 * that, and then nothing they say is shown.
 */
export const unsealed: Sealed = {
  envelopeFor: () => new Uint8Array(),
  mask: () => '(not shown: the values to hide in it could not be fetched)',
}

/** Why what was planned cannot be had any more. `passing`: asking again may help. */
export interface Gone {
  kind: 'gone'
  reason: Reason
  passing: boolean
}

/**
 * Makes and signs the bundle of a plan. The values of its `.env` are fetched again, those of the repository at the plan's commit: neither
 * plan nor database ever holds them. Where they are not what was planned it is told why. Those of a release that hosts keep stay there:
 * nobody here knows what to hide then, and nothing of what hosts say is shown.
 */
export async function seal(plan: Plan, ports: Ports): Promise<{ kind: 'sealed'; sealed: Sealed } | Gone> {
  const logins = await loginsOf(plan.repository, plan.logins, ports)
  const { sign } = ports.signer
  const enclosed = (bundle: Uint8Array) => encloseBundle(bundle, sign(bundle, bundleNamespace), logins)
  if (plan.kept !== undefined) {
    const envelopeFor = byHost(plan, (host) => enclosed(packBundle({ plan, host, files: new Map(), sign })))
    return { kind: 'sealed', sealed: { ...unsealed, envelopeFor } }
  }
  const contents = await contentsOf(plan, ports)
  if (contents.kind === 'gone') return contents
  const { environment, files } = contents
  // Written also when it is empty: a service may name `.env`, and Compose refuses a missing file.
  const env = new Secret(writeDotenv(environment.all))
  const hidden = [...secretValues(environment.all, environment.secret), ...logins.map(({ password }) => password.reveal())]
  const envelopeFor = byHost(plan, (host) => enclosed(packBundle({ plan, host, env, files, sign })))
  return { kind: 'sealed', sealed: { envelopeFor, mask: (text) => redact(text, hidden) } }
}

/** One envelope for all hosts that have the same view of the plan; each is made and signed once. */
function byHost(plan: Plan, make: (host: string | undefined) => Uint8Array): (host: string) => Uint8Array {
  const views = new Map(hostsDiffer(plan) ? plan.hosts.map((host) => [host.name, viewOf(host)]) : [])
  const made = new Map<string | undefined, Uint8Array>()
  return (host) => {
    const key = views.get(host)
    const envelope = made.get(key) ?? make(key === undefined ? undefined : host)
    made.set(key, envelope)
    return envelope
  }
}

interface Contents {
  kind: 'ok'
  environment: EnvironmentValues
  files: Map<string, Uint8Array>
}

/**
 * Values and files of a plan. It was made from these very files: one that cannot be read any more is nobody's mistake. What the operator's
 * file leads to may have changed since.
 */
async function contentsOf(plan: Plan, ports: Ports): Promise<Contents | Gone> {
  const { repository, env, secrets } = plan
  const snapshot = await ports.github.snapshot(repository, plan.revision)
  const read = (path: string): Uint8Array => {
    const bytes = snapshot.read(path)
    if (!bytes) throw new Error(`${path} is not in the repository at ${plan.revision} any more`)
    return bytes
  }
  const parsed = await environmentValues(
    {
      ...plan,
      env: env === undefined ? undefined : { path: env, text: new TextDecoder().decode(read(env)) },
      secrets: secrets && { path: secrets.path, text: await secretsText(repository, secrets, snapshot, ports) },
    },
    ports,
  )
  if (parsed.kind === 'unavailable') return { ...parsed, kind: 'gone' }
  if (parsed.kind === 'invalid') return { kind: 'gone', reason: problemsReason('configuration-invalid', parsed.problems), passing: false }
  const environment = parsed.value
  if (envFingerprint(environment.all, ports.signer.fingerprint) !== plan.envFingerprint) {
    const names = changedSince(plan, environment, ports)
    if (names.length === 0) throw new Error(`the environment of ${plan.environment} is not the one that was planned`)
    return { kind: 'gone', reason: reason('secrets-changed', { environment: plan.environment, names: names.join(', ') }), passing: false }
  }
  return { kind: 'ok', environment, files: new Map(filesOf(plan).map(({ path, source }) => [path, read(source)])) }
}

/** Names of the operator's values that are others now, or that there are now and were not, or the other way round. */
function changedSince(plan: Plan, { all, fromOperator: names }: EnvironmentValues, ports: Ports): string[] {
  const { fromOperator = [] } = plan
  const text = ({ name, fingerprint }: OperatorVariable) => `${name} ${fingerprint}`
  const now = fingerprinted(names, all, variableFingerprints(plan, ports))
  const both = new Set(fromOperator.map(text)).intersection(new Set(now.map(text)))
  return [...new Set([...fromOperator, ...now].flatMap((one) => (both.has(text(one)) ? [] : [one.name])))]
}

const filesOf = ({ files, synced = [] }: Plan) => [...files, ...synced.flatMap((entry) => entry.files)]

/** What must not be told of an environment where nothing is sent; nothing at all is shown where GitHub does not tell what that is. */
export async function maskOf(plan: Plan, ports: Ports): Promise<Mask> {
  try {
    const known = await unlessAway(contentsOf(plan, ports), ports.clock)
    if (known.kind === 'answered' && known.value.kind === 'ok') {
      const { all, secret } = known.value.environment
      const hidden = secretValues(all, secret)
      return (text) => redact(text, hidden)
    }
  } catch (error) {
    ports.log.warn('values to hide could not be fetched', { environment: plan.environment, error })
  }
  return unsealed.mask
}

/** The credentials the repository may use at these registries, read at the moment of use; `anew` where they were refused. */
export function loginsOf(
  repository: Repository,
  registries: readonly string[],
  ports: Pick<Ports, 'operator' | 'secrets'>,
  how?: 'anew',
): Promise<Login[]> {
  const rules = registries.flatMap((registry) => registryFor(ports.operator.current(), fullName(repository), registry) ?? [])
  return Promise.all(
    rules.map(async ({ host, username, password }) => ({ registry: host, username, password: await ports.secrets(password, how) })),
  )
}
