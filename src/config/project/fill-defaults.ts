import type { EnvironmentRule, ProjectFile, VerifyRule } from '../../domain/configuration.ts'
import { nothingAsked } from '../../domain/gate.ts'
import { named } from '../named.ts'
import type { ProjectShape } from './schema.ts'
import type { VerifyShape } from './verify.ts'

type EnvironmentShape = ProjectShape['environments'][string]

/** The file with everything it leaves out. `project` is the name to use where it gives none. */
export function fillDefaults(shape: ProjectShape, project: string): ProjectFile {
  return {
    project: shape.project ?? project,
    compose: shape.compose ?? [],
    images: named(shape.images ?? {}, ({ repository, tag = '{sha}' }) => ({ repository, tag })),
    paths: { ignore: [], only: [] },
    environments: named(shape.environments, (environment, name) => environmentRule(name, environment, shape.defaults ?? {})),
    notify: shape.notify ?? [],
  }
}

function environmentRule(name: string, written: EnvironmentShape, defaults: NonNullable<ProjectShape['defaults']>): EnvironmentRule {
  const { branch, hosts, env, url } = written
  return {
    name,
    source: { kind: 'branch', branch },
    hosts,
    ...(env !== undefined && { env }),
    ...(url !== undefined && { url }),
    verify: named(mergeVerify(defaults.verify, written.verify), verifyRule),
    imageWithin: written['image-within'] ?? defaults['image-within'] ?? 15 * 60,
    keep: written.keep ?? defaults.keep ?? 5,
    gates: nothingAsked,
  }
}

/** Key by key, so that an environment that only needs more time does not silently lose its health check. */
export function mergeVerify(defaults: VerifyShape = {}, own: VerifyShape = {}): VerifyShape {
  return named({ ...defaults, ...own }, (_, service) => ({ ...at(defaults, service), ...at(own, service) }))
}

const at = (rules: VerifyShape, service: string) => (Object.hasOwn(rules, service) ? rules[service] : undefined)

const verifyRule = ({ port, health, version, smoke = [], within = 60, soak = 10 }: VerifyShape[string]): VerifyRule => ({
  ...(port !== undefined && { port }),
  ...(health !== undefined && { health }),
  ...(version !== undefined && { version }),
  smoke,
  within,
  soak,
})
