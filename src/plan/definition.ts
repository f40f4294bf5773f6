import type { ComposeModel, ModelService } from './model.ts'

/**
 * What a service's containers are made from, as text: equal texts need no new container. Holds secrets; only its keyed
 * fingerprint may leave memory. `image` is the pinned reference, `values` what `environment:` of configs and secrets names.
 */
export function definitionOf(
  name: string,
  service: ModelService,
  image: string,
  model: ComposeModel,
  values: ReadonlyMap<string, string>,
): string {
  const made = Object.entries(service).filter(([key, value]) => !shapesNoContainer(key) && value !== null && value !== undefined)
  const { replicas: _replicas, ...deploy } = service.deploy ?? {}
  return canonical({
    name,
    ...Object.fromEntries(made),
    configs: service.configs.map(withMode),
    secrets: service.secrets.map(withMode),
    deploy,
    image,
    uses: {
      networks: pick(model.networks, Object.keys(service.networks)),
      volumes: pick(
        model.volumes,
        service.volumes.flatMap((volume) => (volume.type === 'volume' && volume.source ? [volume.source] : [])),
      ),
      configs: pick(
        model.configs,
        service.configs.map((config) => config.source),
        values,
      ),
      secrets: pick(
        model.secrets,
        service.secrets.map((secret) => secret.source),
        values,
      ),
    },
  })
}

/** The same permissions are `"0440"` to Compose 2.26 and 288 to 2.40. */
const withMode = (used: Record<string, unknown>): Record<string, unknown> =>
  typeof used.mode === 'string' ? { ...used, mode: Number.parseInt(used.mode, 8) } : used

/** How it is built, ordered, counted or pulled says nothing about the container itself; Compose's own comparison leaves these out too. */
const shapesNoContainer = (key: string): boolean =>
  key.startsWith('x-') || ['build', 'pull_policy', 'depends_on', 'profiles', 'scale', 'develop', 'attach', 'image', 'deploy'].includes(key)

function pick(from: Record<string, unknown>, names: string[], values?: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => {
      const definition = from[name]
      const variable = values && isRecord(definition) ? definition.environment : undefined
      return [name, typeof variable === 'string' ? { definition, value: values?.get(variable) ?? null } : definition]
    }),
  )
}

/** JSON with sorted keys and without empty objects: Compose versions differ in which of those they print. */
export function canonical(node: unknown): string {
  return JSON.stringify(sorted(node))
}

function sorted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(sorted)
  if (!isRecord(node)) return node
  const entries = Object.entries(node)
    .map(([key, value]): [string, unknown] => [key, sorted(value)])
    .filter(([, value]) => value !== undefined && !(isRecord(value) && Object.keys(value).length === 0))
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

const isRecord = (node: unknown): node is Record<string, unknown> => node !== null && typeof node === 'object' && !Array.isArray(node)
