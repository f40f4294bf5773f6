import { readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ImageConfig } from '../image-documents.ts'
import { baseLayer, type Entry, folders, type Layer, layer } from '../image-layers.ts'
import { type PushedImage, pushImage } from '../images.ts'
import { prepareParts } from '../parts.ts'
import { parentsOf, programLayer } from '../program-layer.ts'
import type { Registry } from '../registry.ts'
import { startEnvironment, startFlags } from './process.ts'

/** Where Landfall keeps its data in the image; a volume goes there. */
export const dataFolder = '/data'

const project = join(import.meta.dirname, '../../..')

/**
 * Pushes Landfall itself, as the Dockerfile makes it and without any other image to begin with: this Node with the libraries it
 * needs, the code, what npm installs for production, and Compose. About 70 MB on the way.
 */
export async function pushLandfall(registry: Registry, { repository, tag }: { repository: string; tag: string }): Promise<PushedImage> {
  layers ??= makeLayers()
  const config: ImageConfig = {
    Env: [
      ...['PATH=/usr/local/bin:/bin', 'NODE_ENV=production', `LANDFALL_DATA=${dataFolder}`, `LANDFALL_OPERATOR=${dataFolder}/operator.yml`],
      ...Object.entries(startEnvironment).map(([name, value]) => `${name}=${value}`),
    ],
    Entrypoint: ['node', ...startFlags, `--env-file-if-exists=${dataFolder}/.env`, '/app/src/main/serve.ts'],
    Labels: { 'org.opencontainers.image.revision': tag },
    ExposedPorts: {},
  }
  return pushImage(registry, repository, tag, config, await layers, undefined)
}
let layers: Promise<Layer[]> | undefined

async function makeLayers(): Promise<Layer[]> {
  return Promise.all([baseLayer(), runtimeLayer(), appLayer()])
}

/** Node and Compose. */
async function runtimeLayer(): Promise<Layer> {
  const { compose } = await prepareParts()
  return programLayer({ 'usr/local/bin/node': await realpath(process.execPath), 'usr/local/bin/docker-compose': compose })
}

/** The code and its libraries. */
async function appLayer(): Promise<Layer> {
  const paths = ['package.json', 'app.yml', ...(await filesUnder('src')), ...(await librariesForProduction())]
  const files = paths.map(
    async (path): Promise<Entry> => ({ path: `app/${path}`, content: await readFile(join(project, path)), mode: 0o644 }),
  )
  return layer([...folders(...parentsOf(paths.map((path) => `app/${path}`))), ...(await Promise.all(files))], 1)
}

const lockFile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), optional: z.boolean().optional() })) })

/** What `npm ci --omit=dev --omit=optional` installs, without types and source maps. */
async function librariesForProduction(): Promise<string[]> {
  const { packages } = lockFile.parse(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')))
  const wanted = Object.entries(packages).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
  const files = await Promise.all(wanted.map(([path]) => filesUnder(path)))
  return files.flat().filter((path) => !/\.(d\.[cm]?ts|map)$/.test(path))
}

/** Relative to the project; libraries inside of libraries are listed by themselves. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(join(project, folder), { withFileTypes: true })
  const found = entries.map((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path)
    return entry.isFile() ? [path] : []
  })
  return (await Promise.all(found)).flat()
}
