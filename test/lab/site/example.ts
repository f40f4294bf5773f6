import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Registry } from '../registry.ts'
import type { Balancer } from '../web-images.ts'

const examples = join(import.meta.dirname, '../../../docs/examples/no-dropped-request')

export interface Adapted {
  balancer: Balancer
  /** Where the laboratory has the balancer's image. */
  image: string
  registry: Registry
  /** The port of the host that the balancer has. */
  port: number
  /** `shop` where absent. */
  project?: string
  /** Docker asks the web server for its health each second, for those who know no other way to tell. */
  healthCheck?: boolean
}

/** The very files of an example of the documentation, with images and port of the laboratory: path in the repository -> text. */
export async function exampleFiles({ balancer, image, registry, port, project = 'shop', healthCheck }: Adapted) {
  const read = (path: string) => readFile(join(examples, balancer, path), 'utf8')
  const [compose, landfall] = await Promise.all([read('compose.yml'), read('.github/landfall.yml')])
  const changes: [written: string | RegExp, here: string][] = [
    [new RegExp(`image: ${balancer}:\\S+`), `image: ${image}`],
    ['"80:80"', `"${port}:80"`],
    ['ghcr.io/acme/shop', `${registry.address}/acme/${project}`],
    ...(healthCheck ? [['    stop_grace_period:', `${asked}    stop_grace_period:`] satisfies [string, string]] : []),
  ]
  return {
    'compose.yml': changes.reduce((text, [written, here]) => changed(text, written, here), compose),
    '.github/landfall.yml': changed(landfall, 'project: shop', `project: ${project}`).replace(
      'ghcr.io/acme/shop',
      `${registry.address}/acme/${project}`,
    ),
  }
}

const asked = `    healthcheck:
      test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:3000/health"]
      interval: 1s
      timeout: 1s
      retries: 30
`

/** @throws where the example has another wording: the laboratory would run something else than people copy */
function changed(text: string, written: string | RegExp, here: string): string {
  const after = text.replace(written, here)
  if (after === text) throw new Error(`laboratory: the example has no ${String(written)}. Adapt test/lab/site/example.ts to it.`)
  return after
}
