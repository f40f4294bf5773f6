import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** Where the example lies: a repository as its users would have it. */
export const example = join(import.meta.dirname, '../../examples/shop')

/** A file of it. */
export const read = (path: string): string => readFileSync(join(example, path), 'utf8')

/** All its files, by path. */
export function files(): Record<string, string> {
  const entries = readdirSync(example, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(example.length + 1))
  return Object.fromEntries(paths.sort().map((path) => [path, read(path)]))
}

const step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
})
const job = z.object({
  if: z.string().optional(),
  needs: z.unknown().optional(),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])),
  steps: z.array(step),
})
const workflowFile = z.object({
  on: z.object({
    push: z.object({ branches: z.array(z.string()) }),
    pull_request: z.object({ branches: z.array(z.string()) }),
    workflow_dispatch: z.null(),
  }),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  env: z.record(z.string(), z.string()),
  jobs: z.object({ test: job, try: job, image: job }),
})

export type Job = z.infer<typeof job>
export type Step = z.infer<typeof step>

/** The workflow that builds it. */
export const workflow = () => workflowFile.parse(parse(read('.github/workflows/build.yml')))

/** The step that uses an action, whatever its version. @throws where there is none */
export function stepWith(job: Job, action: string): Step {
  const found = job.steps.find(({ uses }) => uses?.startsWith(`${action}@`))
  if (!found) throw new Error(`no step uses ${action}`)
  return found
}

/** A text of the workflow, with what stands in `${{ … }}` put in its place. @throws for a name that is not given */
export function filledIn(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{\{ *([\w.]+) *\}\}/g, (_all, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing is given for ${name}`)
    return value
  })
}
