import type { EnvironmentRule, ProjectFile, SourceRule, UrlRule, VerifyRule } from '../../domain/configuration.ts'
import { nothingAsked } from '../../domain/gate.ts'
import { mergeGates, writtenGates } from '../gates/gates.ts'
import { named } from '../named.ts'
import { filesRules } from './files.ts'
import { hostsRule } from './hosts.ts'
import { stepRules, taskRules } from './one-off.ts'
import { rolloutRule } from './rollout.ts'
import type { ProjectShape } from './schema.ts'
import { secretsAgeRule } from './secrets-age.ts'
import type { VerifyShape } from './verify.ts'

type EnvironmentShape = ProjectShape['environments'][string]

/** The file with everything it leaves out. `project` is the name to use where it gives none. */
export function fillDefaults(shape: ProjectShape, project: string): ProjectFile {
  return {
    project: shape.project ?? project,
    compose: shape.compose ?? [],
    images: named(shape.images ?? {}, ({ repository, tag = '{sha}', paths }) => ({ repository, tag, ...(paths && { paths }) })),
    paths: { ignore: shape.paths?.ignore ?? [], only: shape.paths?.only ?? [] },
    environments: named(shape.environments, (environment, name) => environmentRule(name, environment, shape.defaults ?? {})),
    ...taskRules(shape.tasks),
    notify: shape.notify ?? [],
  }
}

function environmentRule(name: string, written: EnvironmentShape, defaults: NonNullable<ProjectShape['defaults']>): EnvironmentRule {
  const { env, secrets, files, url } = written
  return {
    name,
    source: sourceRule(name, written),
    ...hostsRule(written.hosts),
    ...(env !== undefined && { env }),
    ...(secrets !== undefined && { secrets }),
    ...secretsAgeRule(written['secrets-age'] ?? defaults['secrets-age']),
    ...(files && { files: filesRules(files) }),
    ...(url !== undefined && { url }),
    ...(written['verify-url'] && { verifyUrl: urlRule(written['verify-url']) }),
    verify: named(mergeVerify(defaults.verify, written.verify), verifyRule),
    imageWithin: written['image-within'] ?? defaults['image-within'] ?? 15 * 60,
    keep: written.keep ?? defaults.keep ?? 5,
    ...bakeRule(written.bake ?? defaults.bake),
    ...stepRules(written.before ?? defaults.before),
    rollout: rolloutRule(written.rollout, defaults.rollout),
    gates: { ...nothingAsked, ...writtenGates(mergeGates(defaults, written)) },
  }
}

function sourceRule(name: string, { branch, tag }: EnvironmentShape): SourceRule {
  if (branch !== undefined) return { kind: 'branch', branch }
  if (tag !== undefined) return { kind: 'tag', pattern: tag }
  throw new Error(`the rules let environment ${name} pass without a branch or tag`)
}

/** Key by key, so that an environment that only needs more time does not silently lose its health check. */
export function mergeVerify(defaults: VerifyShape = {}, own: VerifyShape = {}): VerifyShape {
  return named({ ...defaults, ...own }, (_, service) => ({ ...at(defaults, service), ...at(own, service) }))
}

const at = (rules: VerifyShape, service: string) => (Object.hasOwn(rules, service) ? rules[service] : undefined)

const verifyRule = ({
  port,
  health,
  version,
  dependencies,
  smoke = [],
  command,
  within = 60,
  soak = 10,
}: VerifyShape[string]): VerifyRule => ({
  ...(port !== undefined && { port }),
  ...(health !== undefined && { health }),
  ...(version !== undefined && { version }),
  ...(dependencies !== undefined && { dependencies }),
  smoke,
  ...(command !== undefined && { command }),
  within,
  soak,
})

const urlRule = ({ health, version, smoke = [], within = 60 }: NonNullable<EnvironmentShape['verify-url']>): UrlRule => ({
  ...(health !== undefined && { health }),
  ...(version !== undefined && { version }),
  smoke,
  within,
})

const bakeRule = (seconds = 0): Pick<EnvironmentRule, 'bake'> => (seconds === 0 ? {} : { bake: seconds })
