import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { extract } from './extract.ts'

/** A JSON schema (draft 7); references read `github#/components/schemas/NAME`. */
export type Schema = Record<string, unknown>

const schema = z.record(z.string(), z.unknown())

const operation = z.object({
  /** Schema of path parameters by name. */
  path: schema,
  /** Schema of query parameters by name. */
  query: schema,
  body: z.object({ required: z.boolean(), schema }).optional(),
  /** By status code, then by media type; no media types where the answer has no body. */
  responses: z.record(z.string(), z.record(z.string(), schema)),
})

const description = z.object({
  version: z.string(),
  /** Every path of GitHub's API, most specific first: template, regular expression, methods. */
  paths: z.array(z.object({ template: z.string(), pattern: z.string(), methods: z.array(z.string()) })),
  /** The operations asked for, by `GET /repos/{owner}/{repo}`. */
  operations: z.record(z.string(), operation),
  /** Payload schemas of the webhooks asked for, by `pull-request-closed`. */
  webhooks: z.record(z.string(), schema),
  /** Schemas that the others refer to. */
  components: z.record(z.string(), schema),
})

/** What is kept of GitHub's OpenAPI description. */
export type Description = z.infer<typeof description>
export type Operation = z.infer<typeof operation>

const cacheFolder = join(import.meta.dirname, '../../../.lab')

/**
 * GitHub's OpenAPI description, cut down to these operations and webhooks. The whole is 13 MB and takes half a
 * second to read, so that the extract is kept in `.lab/` under the package's version and what was asked for.
 */
export async function loadDescription(operations: string[], webhooks: string[]): Promise<Description> {
  const manifest = createRequire(import.meta.url).resolve('@octokit/openapi/package.json')
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(manifest, 'utf8')))
  const extractor = await readFile(join(import.meta.dirname, 'extract.ts'), 'utf8')
  const key = createHash('sha256')
    .update(JSON.stringify([operations, webhooks, extractor]))
    .digest('hex')
    .slice(0, 12)
  const cached = join(cacheFolder, `github-openapi-${version}-${key}.json`)

  const known = await readFile(cached, 'utf8').catch(() => undefined)
  if (known !== undefined) return description.parse(JSON.parse(known))

  const whole: unknown = JSON.parse(await readFile(join(dirname(manifest), 'generated/api.github.com.json'), 'utf8'))
  const made = description.parse({ version, ...extract(whole, operations, webhooks) })
  await mkdir(cacheFolder, { recursive: true })
  // Renamed into place: another test process may be reading or writing the same extract.
  await writeFile(`${cached}.${process.pid}`, JSON.stringify(made))
  await rename(`${cached}.${process.pid}`, cached)
  return made
}
