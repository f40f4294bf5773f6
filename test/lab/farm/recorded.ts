import { shellVersion } from '../../../src/host/commands.ts'

/** The two containers that run on every host of a farm, as Docker 26.1 on Debian 13 told of them. */
const containers = [
  { service: 'web', id: 'c1'.repeat(32), image: `sha256:${'1'.repeat(64)}`, address: '172.18.0.3' },
  { service: 'db', id: 'd2'.repeat(32), image: `sha256:${'2'.repeat(64)}`, address: '172.18.0.2' },
]

const hostLine = JSON.stringify({ type: 'host', shell: shellVersion, docker: '26.1.5+dfsg1', platform: 'linux/amd64' })

const containerLines = containers.map(({ service, id, image }) =>
  JSON.stringify({
    type: 'container',
    id,
    name: `/shop-${service}-1`,
    service,
    image,
    reference: `ghcr.io/acme/${service}@${image}`,
    status: 'running',
    health: null,
    exitCode: 0,
    outOfMemory: false,
    restarts: 0,
    startedAt: '2026-11-21T18:00:00.123456789Z',
  }),
)

/**
 * A `docker` that answers landfall-shell at once what an engine answered once, whatever happened since; every image it is asked for is
 * there. For what is measured beside Docker.
 */
export const recordedDocker = `#!/bin/sh
case "$1 $*" in
  version*) echo '${hostLine}' ;;
  image*) shift 4; printf '%s\\n' "$@" ;;
  ps*-aq*) printf '%s\\n' ${containers.map(({ id }) => id).join(' ')} ;;
  ps*.State*) printf '%s\\n' ${containers.map(({ id, service }) => `'${id} running shop-${service}-1'`).join(' ')} ;;
  ps*) printf '%s\\n' ${containers.map(({ id, service }) => `'${id} ${service}'`).join(' ')} ;;
  inspect*) printf '%s\\n' ${containers.map(({ service, id, address }, index) => `'${containerLines[index]}' 'at "${service}" ${id} shop_default ${address}'`).join(' ')} ;;
esac
`

/** Compose beside it: it does everything at once and says nothing. */
export const recordedCompose = '#!/bin/sh\n'

/** What a landfall-shell said to each verb: lines of its output. One that is not here ends with exit code 2, as on a host. */
export const recordedAnswers: Record<string, string> = Object.fromEntries(
  Object.entries({
    inspect: [
      JSON.stringify({
        type: 'state',
        generation: 7,
        current: { generation: 7, revision: 'a'.repeat(40), confirmed: true },
        held: null,
        wentBack: [],
      }),
      ...containerLines,
      hostLine,
    ],
    put: ['{"type":"accepted"}', '{"type":"pulled"}'],
    switch: ['{"type":"switched"}'],
    confirm: ['{"type":"confirmed"}'],
    prune: ['{"type":"pruned","generation":4}'],
  }).map(([verb, lines]) => [verb, `${lines.join('\n')}\n`]),
)
