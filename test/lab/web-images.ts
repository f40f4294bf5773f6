import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageConfig } from './image-documents.ts'
import { baseLayer, folders, type Layer, layer } from './image-layers.ts'
import { ownPlatform, type PushedImage, pushImage } from './images.ts'
import { prepareParts } from './parts.ts'
import { programLayer } from './program-layer.ts'
import type { Registry } from './registry.ts'

/** Balancers of Debian's packages. */
export type Balancer = 'haproxy' | 'nginx' | 'caddy'

export interface ServerImage {
  /** `acme/shop` */
  repository: string
  tag: string
  /** What /health and every other answer tell. */
  version: string
  /** What SIGTERM does to whom it serves. */
  ends: 'gracefully' | 'at-once'
}

/** Pushes a version of the web server of `image/server.ts`, which runs on this Node; milliseconds after the first. */
export async function pushServer(registry: Registry, { repository, tag, version, ends }: ServerImage): Promise<PushedImage> {
  node ??= nodeLayer()
  const config: ImageConfig = {
    Env: ['PATH=/usr/local/bin:/bin', 'PORT=3000', `VERSION=${version}`, `ENDS=${ends}`],
    Entrypoint: ['node', '/app/server.ts'],
    Labels: { 'org.opencontainers.image.revision': version },
    ExposedPorts: { '3000/tcp': {} },
  }
  return pushImage(registry, repository, tag, config, [await baseLayer(), await node, await serverLayer()], { platforms: [ownPlatform] })
}
let node: Promise<Layer> | undefined

const nodeLayer = async () => programLayer({ 'usr/local/bin/node': await realpath(process.execPath) })

const serverLayer = async () =>
  layer([
    ...folders('app/'),
    { path: 'app/server.ts', content: await readFile(join(import.meta.dirname, 'image/server.ts')), mode: 0o644 },
    { path: 'app/package.json', content: Buffer.from('{"type":"module"}'), mode: 0o644 },
  ])

const settings = (path: string, text: string) => ({ path, content: Buffer.from(text), mode: 0o644 })

/** What the official images hold where their documentation says, as far as a configuration can tell. */
const balancers: Record<Balancer, { program: string; more: Parameters<typeof programLayer>[1]; starts: string[] }> = {
  haproxy: {
    program: 'usr/sbin/haproxy',
    more: [],
    starts: ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
  },
  nginx: {
    program: 'usr/sbin/nginx',
    more: [
      ...folders('etc/', 'etc/nginx/', 'etc/nginx/conf.d/', 'var/', 'var/lib/', 'var/lib/nginx/', 'var/log/', 'var/log/nginx/', 'run/'),
      settings('etc/group', 'root:x:0:\n'),
      settings('etc/nginx/nginx.conf', 'user root;\nevents {}\nhttp { include conf.d/*.conf; access_log off; }\n'),
    ],
    starts: ['nginx', '-e', 'stderr', '-g', 'daemon off; pid /tmp/nginx.pid; error_log stderr;'],
  },
  caddy: {
    program: 'usr/bin/caddy',
    more: [],
    starts: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile'],
  },
}

/** Pushes one of them; its settings belong where the image of the same name on Docker Hub has them. */
export async function pushBalancer(registry: Registry, name: Balancer): Promise<PushedImage> {
  await prepareParts({ balancers: true })
  const { program, more, starts } = balancers[name]
  const config: ImageConfig = {
    Env: ['PATH=/usr/sbin:/usr/bin:/bin', 'HOME=/tmp'],
    Entrypoint: starts,
    Labels: {},
    ExposedPorts: { '80/tcp': {} },
  }
  return pushImage(
    registry,
    `library/${name}`,
    '1',
    config,
    [await baseLayer(), await programLayer({ [program]: `/${program}` }, more)],
    undefined,
  )
}
