import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { Description, Schema } from './description.ts'

/** Something that GitHub's own description does not allow. */
export interface Violation {
  /** `POST /repos/{owner}/{repo}/statuses/{sha}`, or the method and path where there is no such operation. */
  operation: string
  /** `path`, `query`, `body`, `response 201`, `webhook push`. */
  where: string
  what: string
}

/** Checks against GitHub's description; empty lists mean that all is well. Schemas are compiled when first used. */
export interface Validation {
  /** The operation behind a method and path (still percent-encoded), with its parameters decoded. */
  match(method: string, path: string): Match
  knows(operation: string): boolean
  request(operation: string, path: Record<string, string>, query: URLSearchParams, body: unknown): Violation[]
  response(operation: string, status: number, type: string, body: unknown): Violation[]
  /** `name` as in the description: `pull-request-closed`. */
  webhook(name: string, payload: unknown): Violation[]
}

export type Match =
  | { kind: 'operation'; operation: string; path: Record<string, string> }
  | { kind: 'not-built'; operation: string }
  | { kind: 'unknown' }

/** Compiling counts for more than checking here: no optimizing, no inlining, and GitHub's schemas are taken as they are. */
const quick: Options = { strict: false, allErrors: true, validateSchema: false, inlineRefs: false, code: { optimize: false } }

export function createValidation(description: Description): Validation {
  const shared = { $id: 'github', components: { schemas: description.components } }
  const strictly = compiler(new Ajv(quick).addSchema(shared))
  // Parameters arrive as text: "2" is the integer 2.
  const fromText = compiler(new Ajv({ ...quick, coerceTypes: true }).addSchema(shared))
  const paths = description.paths.map((one) => ({ ...one, pattern: new RegExp(one.pattern) }))

  return {
    match(method, path) {
      for (const { template, pattern, methods } of paths) {
        const found = methods.includes(method) ? pattern.exec(path) : null
        if (!found) continue
        const operation = `${method} ${template}`
        if (!(operation in description.operations)) return { kind: 'not-built', operation }
        const parameters = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text ?? '')])
        return { kind: 'operation', operation, path: Object.fromEntries(parameters) }
      }
      return { kind: 'unknown' }
    },

    knows: (operation) => operation in description.operations,

    request(name, path, query, body) {
      const operation = description.operations[name]
      if (!operation) throw new Error(`${name} is not in the extract`)
      const wrong = (where: string) => (what: string) => ({ operation: name, where, what })
      const missing = operation.body?.required && body === undefined
      return [
        ...problems(fromText(operation.path), { ...path }).map(wrong('path')),
        ...problems(fromText(operation.query), Object.fromEntries(query)).map(wrong('query')),
        ...(missing ? ['is missing'] : []).map(wrong('body')),
        ...(operation.body && body !== undefined
          ? [...problems(strictly(operation.body.schema), body), ...unknownFields(operation.body.schema, body, description)]
          : []
        ).map(wrong('body')),
        ...(!operation.body && body !== undefined ? ['is sent, but this operation takes none'] : []).map(wrong('body')),
      ]
    },

    response(name, status, type, body) {
      const described = description.operations[name]?.responses[String(status)]
      const wrong = (what: string) => ({ operation: name, where: `response ${status}`, what })
      // 401, 403 and the like happen everywhere and are described almost nowhere.
      if (!described) return status >= 400 ? [] : [wrong('GitHub never answers this')]
      const schema = described[type]
      return schema ? problems(strictly(schema), body).map(wrong) : []
    },

    webhook(name, payload) {
      const schema = description.webhooks[name]
      if (!schema) throw new Error(`webhook ${name} is not in the extract`)
      return problems(strictly(schema), payload).map((what) => ({ operation: name, where: `webhook ${name}`, what }))
    },
  }
}

function compiler(ajv: Ajv): (schema: Schema) => ValidateFunction {
  addFormats.default(ajv)
  // Where a deployment status has no address, GitHub itself answers "" in fields described as URI.
  ajv.addFormat('uri', (text) => text === '' || URL.canParse(text))
  // GitHub's own addresses of bots, `1+landfall[bot]@users.noreply.github.com`, are none by the book.
  ajv.addFormat('email', /^[^\s@]+@[^\s@]+$/)
  // `owner/name`, in GitHub's words.
  ajv.addFormat('repo.nwo', true)
  return (schema) => ajv.compile(schema)
}

function problems(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return []
  return [...new Set((validate.errors ?? []).map(sentence))]
}

function sentence({ instancePath, message, params, keyword }: ErrorObject): string {
  const place = instancePath === '' ? '' : `${instancePath}: `
  const detail = keyword === 'enum' || keyword === 'additionalProperties' ? ` ${JSON.stringify(params)}` : ''
  return `${place}${message ?? keyword}${detail}`
}

/** Fields of a body that the description does not name: GitHub ignores them, so that a misspelt one does nothing. */
function unknownFields(schema: Schema, value: unknown, description: Description, place = ''): string[] {
  const forms = formsOf(schema, description)
  if (Array.isArray(value)) {
    const items = forms.map((form) => form.items).find(isSchema)
    return items ? value.flatMap((one, index) => unknownFields(items, one, description, `${place}/${index}`)) : []
  }
  if (!isSchema(value)) return []
  const named: Schema = Object.assign({}, ...forms.map((form) => form.properties ?? {}))
  // An object without named fields, such as a deployment's payload, takes any.
  if (Object.keys(named).length === 0) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const known: unknown = named[field]
    if (!isSchema(known)) return [`${place}/${field}: GitHub knows no such field and ignores it`]
    return unknownFields(known, inner, description, `${place}/${field}`)
  })
}

/** A schema with everything it refers to or is composed of. */
function formsOf(schema: Schema, description: Description): Schema[] {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined
  const referred = name === undefined ? undefined : description.components[name]
  const parts = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((one) => (Array.isArray(one) ? one.filter(isSchema) : []))
  return [schema, ...[...(referred ? [referred] : []), ...parts].flatMap((one) => formsOf(one, description))]
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
