import { writeFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { filledIn } from '../example/repository.ts'
import type { Host } from '../lab/host.ts'
import { pushApp } from '../lab/images.ts'
import type { Registry } from '../lab/registry.ts'

const step = z.object({ uses: z.string(), with: z.record(z.string(), z.unknown()).default({}) })
const job = z.object({ if: z.string().optional(), steps: z.array(step) })
const workflow = z.object({ jobs: z.object({ image: job, deploy: job }) })

/** What GitHub runs a workflow with, and on. */
export interface Circumstances {
  registry: Registry
  host: Host
  /** `secrets.NAME` and `vars.NAME`. */
  values: Record<string, string>
}

/**
 * Does what a workflow with a build and an ssh script says for a commit with these files: pushes an image under each of its tags and, unless it is
 * switched off, copies the Compose file and runs the script. The Actions it uses are stood in for as far as that.
 */
export async function runWorkflow(
  sha: string,
  files: Readonly<Record<string, string>>,
  { registry, host, values }: Circumstances,
): Promise<void> {
  const { image, deploy } = workflow.parse(parse(files['.github/workflows/deploy.yml'] ?? '')).jobs
  const given = { ...values, 'github.sha': sha }
  for (const tag of filledIn(input(image, 'docker/build-push-action', 'tags'), given).split(',')) {
    const [, repository = '', version = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(tag) ?? []
    await pushApp(registry, { repository, tag: version, version: sha, index: true })
  }
  if (deploy.if !== undefined && !holds(deploy.if, values)) return
  const target = input(deploy, 'appleboy/scp-action', 'target')
  const source = input(deploy, 'appleboy/scp-action', 'source')
  await host.sh(`mkdir -p ${target}`)
  await writeFile(host.path(`${target}/${source}`), files[source] ?? '')
  await host.sh(`set -e\nexec 2>&1\n${filledIn(input(deploy, 'appleboy/ssh-action', 'script'), given)}`)
}

function input({ steps }: z.infer<typeof job>, action: string, name: string): string {
  const found = steps.find(({ uses }) => uses.startsWith(`${action}@`))
  return z.string().parse(found?.with[name])
}

/** A condition as `vars.NAME != 'value'`, which is the one form there is. */
function holds(condition: string, values: Readonly<Record<string, string>>): boolean {
  const [, name = '', value] = /^(vars\.\w+) != '(\w+)'$/.exec(condition) ?? []
  if (value === undefined) throw new Error(`nothing is known of the condition ${condition}`)
  return values[name] !== value
}
