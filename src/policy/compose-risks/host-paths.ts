import { posix } from 'node:path'
import type { ComposeRisk } from '../../domain/configuration.ts'

/** Trees where administrators put people's data; a folder below one of them may be mounted, the tree itself not. */
const dataTrees = ['/srv', '/opt', '/mnt', '/media', '/data']
/** Read by many images, the same on every machine, and nobody's secret. Read-only. */
const harmlessFiles = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo', '/etc/ssl/certs', '/usr/share/ca-certificates']
/** Folders of /var/lib that are other programs' or Landfall's own, also where a project bears their name. */
const reserved = ['docker', 'containerd', 'containers', 'landfall', 'kubelet', 'systemd', 'dpkg', 'apt', 'postgresql', 'mysql']
/** Who can write to one of these is root on the host. */
const sockets = [
  '/run/docker.sock',
  '/var/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/var/run/containerd/containerd.sock',
  '/run/podman/podman.sock',
]

export interface Mount {
  source: string
  readOnly: boolean
  project: string
}

/**
 * What mounting this path of the host would take to allow; empty where it is the project's own. Paths are compared as
 * written, dots removed: a link on the host is its administrator's doing.
 */
export function risksOfPath({ source, readOnly, project }: Mount): ComposeRisk[] {
  if (source.startsWith('~')) return ['host-path']
  const path = posix.normalize(source).replace(/(.)\/$/, '$1')
  if (!posix.isAbsolute(path)) return path === '..' || path.startsWith('../') ? ['other-project'] : []
  if (reachesSocket(path)) return isOrHolds(path, '/var') ? ['docker-socket', 'host-path'] : ['docker-socket']
  if (readOnly && harmlessFiles.some((known) => isOrHolds(known, path))) return []
  if (dataTrees.some((tree) => path !== tree && isOrHolds(tree, path))) return []
  const own = `/var/lib/${project}`
  return isOrHolds(own, path) && !reserved.includes(project) ? [] : ['host-path']
}

const reachesSocket = (path: string): boolean =>
  sockets.some((socket) => isOrHolds(path, socket)) ||
  /^\/(var\/)?run\/user(\/|$)/.test(path) ||
  /(docker|containerd|podman|crio)\.sock$/.test(path)

const isOrHolds = (folder: string, path: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
