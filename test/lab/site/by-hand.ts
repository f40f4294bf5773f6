import { writeFile } from 'node:fs/promises'
import type { Host } from '../host.ts'

/** A site as people keep it who deploy by hand: a Compose file in a folder of the host, and a shell. */
export interface ByHand {
  /** Starts everything for the first time. */
  start(tag: string): Promise<void>
  /** Plain `docker compose up`: the old container stops, then the new one starts. */
  upAgain(tag: string): Promise<void>
  /** As many again beside the old ones; once Docker calls all of them healthy, the old ones are stopped and removed. */
  scaleAndRemove(tag: string): Promise<void>
  /** The same with what a balancer needs: who leaves is told (`hook`) and given time before the stop signal. */
  startFirst(tag: string, leaving: { hook?: string; drainSeconds: number }): Promise<void>
  /** Identifiers of the web server's containers. */
  containers(): Promise<string[]>
}

/** @param compose text of the Compose file */
export async function siteByHand(host: Host, project: string, compose: string): Promise<ByHand> {
  const file = `/root/${project}.yml`
  await writeFile(host.path(file), compose)
  const run = (tag: string, script: string) =>
    host.sh(`set -eu; export TAG=${tag}\ncompose() { docker compose --progress quiet -p ${project} -f ${file} "$@"; }\n${script}`)
  return {
    start: async (tag) => void (await run(tag, 'compose up -d --quiet-pull')),
    upAgain: async (tag) => void (await run(tag, 'compose up -d --quiet-pull web')),
    scaleAndRemove: async (tag) => void (await run(tag, `${beside}\n${untilHealthy}\n${removal}`)),
    startFirst: async (tag, { hook, drainSeconds }) => {
      const told = hook === undefined ? '' : `for id in $old; do docker exec "$id" ${hook}; done`
      await run(tag, `${beside}\n${untilAnswering}\n${told}\nsleep ${drainSeconds}\n${removal}`)
    },
    containers: async () => (await run('-', 'compose ps -q web')).trim().split('\n'),
  }
}

/** Leaves the identifiers in `old` and `new`. */
const beside = `old=$(compose ps -q web)
compose up -d --quiet-pull --no-deps --no-recreate --scale web=$(( $(echo "$old" | wc -l) * 2 )) web
new=$(compose ps -q web | grep -vF "$old")`

const untilHealthy = `for id in $new; do
  timeout 60 sh -c 'until [ "$(docker inspect --format "{{.State.Health.Status}}" "$1")" = healthy ]; do sleep 0.2; done' sh "$id"
done`

/** Asks them themselves, twice with a second between, as a soak would. */
const untilAnswering = `for id in $new; do
  address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$id")
  timeout 60 sh -c 'until curl -fs -m 1 -o /dev/null "http://$1:3000/health"; do sleep 0.1; done' sh "$address"
  sleep 1
  curl -fs -m 5 -o /dev/null "http://$address:3000/health"
done`

/** All at once, as their time to end counts for each. */
const removal = `docker stop $old >/dev/null
docker rm $old >/dev/null`
