import { writeFile } from 'node:fs/promises'
import type { Scenario } from '../landfall/scenario.ts'
import { pushBalancer, pushServer } from '../web-images.ts'
import { exampleFiles } from './example.ts'
import type { Ends, Site } from './through-landfall.ts'

/** How people deploy by hand, as shell over Compose; `$TAG` is the release. */
const ways = {
  /** The old container stops, then the new one starts. */
  'plain-up': 'compose up -d --quiet-pull web',
  /** As many again beside the old ones; once Docker calls them healthy, the old ones are stopped and removed. What docker-rollout does. */
  'scale-and-remove': `old=$(compose ps -q web)
compose up -d --quiet-pull --no-deps --no-recreate --scale web=$(( $(echo "$old" | wc -l) * 2 )) web
for id in $(compose ps -q web | grep -vF "$old"); do
  timeout 60 sh -c 'until [ "$(docker inspect --format "{{.State.Health.Status}}" "$1")" = healthy ]; do sleep 0.2; done' sh "$id"
done
docker stop $old >/dev/null
docker rm $old >/dev/null`,
}

export interface ByHandOptions {
  project: string
  port: number
  way: keyof typeof ways
}

/** The example for HAProxy on host `web-1`, with a first release and Docker's health check, since who deploys by hand knows no other way to tell. */
export async function siteByHand({ lab }: Scenario, { project, port, way }: ByHandOptions): Promise<Site> {
  const { registry } = lab
  const host = lab.host('web-1')
  const image = (await pushBalancer(registry, 'haproxy')).reference
  const files = await exampleFiles({ balancer: 'haproxy', image, registry, port, project, healthCheck: true })
  const file = `/root/${project}.yml`
  await writeFile(host.path(file), files['compose.yml'])
  const compose = `compose() { docker compose --progress quiet -p ${project} -f ${file} "$@"; }`
  let releases = 0
  const run = async (ends: Ends, script: string): Promise<void> => {
    releases += 1
    const tag = `v${releases}`
    await pushServer(registry, { repository: `acme/${project}`, tag, version: tag, ends })
    await host.sh(`set -eu; export TAG=${tag}\n${compose}\n${script}`)
  }
  await run('gracefully', 'compose up -d --quiet-pull')
  return { url: `http://${host.address}:${port}`, deploy: (ends) => run(ends, ways[way]) }
}
