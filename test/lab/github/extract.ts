type Node = Record<string, unknown>

/**
 * Cuts operations (`GET /repos/{owner}/{repo}`) and webhooks (`pull-request-closed`) out of an OpenAPI 3.0
 * document, with the component schemas they need, and turns the schemas into JSON schema draft 7.
 * Throws for an operation or webhook that the document does not know: the stand-in would answer what GitHub has not.
 */
export function extract(whole: unknown, operations: string[], webhooks: string[]) {
  const root = node(whole, 'the document')
  const paths = node(root.paths, 'paths')
  const hooks = node(root['x-webhooks'], 'x-webhooks')
  const resolve = (value: unknown): Node => {
    const found = node(value, 'a reference')
    return typeof found.$ref === 'string' ? resolve(at(root, found.$ref)) : found
  }

  const cut = {
    paths: Object.entries(paths)
      .map(([template, item]) => pathOf(template, node(item, template), resolve))
      .sort((a, b) => literals(b.template) - literals(a.template)),
    operations: Object.fromEntries(
      operations.map((name) => {
        const [method = '', template = ''] = name.split(' ')
        const found = operationOf(node(node(paths[template], template)[method.toLowerCase()], name), resolve)
        return [name, { ...found, responses: { ...found.responses, ...corrections[name] } }]
      }),
    ),
    webhooks: Object.fromEntries(
      webhooks.map((name) => {
        const body = resolve(node(node(hooks[name], `webhook ${name}`).post, name).requestBody)
        return [name, draft7(jsonSchemaIn(body))]
      }),
    ),
  }
  return { ...cut, components: componentsFor([cut.operations, cut.webhooks], node(node(root.components, 'components').schemas, 'schemas')) }
}

/** Where the description cannot be true: there an account must be a user and an enterprise at once. */
const corrections: Record<string, Record<string, Record<string, Node>>> = {
  'GET /app/installations': {
    '200': { 'application/json': { type: 'array', items: { $ref: 'github#/components/schemas/installation' } } },
  },
}

function pathOf(template: string, item: Node, resolve: (value: unknown) => Node) {
  const methods = Object.keys(item).filter((key) => ['get', 'post', 'put', 'patch', 'delete'].includes(key))
  const parameters = methods.flatMap((method) => list(node(item[method], template).parameters).map(resolve))
  const long = new Set(parameters.filter((one) => one['x-multi-segment'] === true).map((one) => one.name))
  const pattern = template
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_all, name: string) => `(?<${name}>${long.has(name) ? '.*' : '[^/]+'})`)
  // The root folder has no path, and clients then leave out its slash too.
  const withRoot = pattern.replace('/contents/(?<path>.*)', '/contents(?:/(?<path>.*))?')
  return { template, pattern: `^${withRoot}$`, methods: methods.map((method) => method.toUpperCase()) }
}

const literals = (template: string): number => template.split('/').filter((part) => !part.includes('{')).length

function operationOf(operation: Node, resolve: (value: unknown) => Node) {
  const parameters = list(operation.parameters).map(resolve)
  const body = operation.requestBody === undefined ? undefined : resolve(operation.requestBody)
  const responses = Object.entries(node(operation.responses, 'responses')).map(([status, response]) => {
    const content = node(resolve(response).content ?? {}, 'content')
    return [
      status,
      Object.fromEntries(Object.entries(content).map(([type, media]) => [type, draft7(node(node(media, type).schema ?? {}, type))])),
    ]
  })
  return {
    path: parametersIn(parameters, 'path'),
    query: parametersIn(parameters, 'query'),
    ...(body && { body: { required: body.required === true, schema: draft7(jsonSchemaIn(body)) } }),
    responses: Object.fromEntries(responses),
  }
}

function parametersIn(parameters: Node[], place: string): Node {
  const here = parameters.filter((one) => one.in === place)
  return {
    type: 'object',
    properties: Object.fromEntries(here.map((one) => [String(one.name), draft7(node(one.schema, String(one.name)))])),
    required: here.filter((one) => one.required === true).map((one) => one.name),
    additionalProperties: false,
  }
}

const jsonSchemaIn = (body: Node): Node => node(node(node(body.content, 'content')['application/json'], 'JSON').schema, 'schema')

/** OpenAPI 3.0 says `nullable: true`; JSON schema lists null among types, enums and alternatives. */
function draft7(schema: Node): Node {
  const kept: Node = {}
  for (const [key, value] of Object.entries(schema)) {
    if (!keywords.has(key)) continue
    if (key === '$ref') kept.$ref = `github${value}`
    else if (key === 'properties') kept[key] = mapValues(node(value, key), (one) => draft7(node(one, key)))
    else if (Array.isArray(value) && ['allOf', 'anyOf', 'oneOf'].includes(key)) kept[key] = value.map((one) => draft7(node(one, key)))
    else if (key === 'items' || key === 'not' || (key === 'additionalProperties' && typeof value === 'object')) {
      kept[key] = draft7(node(value, key))
    } else kept[key] = value
  }
  if (schema.nullable !== true) return kept
  if (typeof kept.type !== 'string') return { anyOf: [kept, { type: 'null' }] }
  return { ...kept, type: [kept.type, 'null'], ...(Array.isArray(kept.enum) && { enum: [...kept.enum, null] }) }
}

/** What constrains. Descriptions, examples and defaults are left out. */
const keywords = new Set(
  `$ref type properties required items additionalProperties allOf anyOf oneOf not enum format pattern minimum maximum
   minLength maxLength minItems maxItems minProperties maxProperties uniqueItems`.split(/\s+/),
)

function componentsFor(roots: unknown, schemas: Node): Node {
  const found: Node = {}
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, one] of Object.entries(value)) {
      const name = key === '$ref' && typeof one === 'string' ? one.slice('github#/components/schemas/'.length) : undefined
      if (name === undefined) visit(one)
      else if (!(name in found)) {
        found[name] = draft7(node(schemas[name], name))
        visit(found[name])
      }
    }
  }
  visit(roots)
  return found
}

const mapValues = (of: Node, change: (value: unknown) => unknown): Node =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]))

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function at(root: Node, reference: string): Node {
  let here = root
  for (const part of reference.slice(2).split('/')) here = node(here[part], reference)
  return here
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function node(value: unknown, what: string): Node {
  if (isNode(value)) return value
  throw new Error(`GitHub's OpenAPI description has no ${what} where it is expected`)
}
