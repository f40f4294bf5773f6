import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRegistry } from '../../../src/adapters/registry/registry.ts'
import { Secret } from '../../../src/domain/secret.ts'
import { ociIndex, ociManifest, RegistryStandIn, sha256 } from './stand-in.ts'

let registry: RegistryStandIn
beforeEach(async () => {
  registry = new RegistryStandIn()
  await registry.start()
})
afterEach(() => registry.stop())

const limits = { milliseconds: 2000, bytes: 64 * 1024 }
const repository = () => `${registry.host}/acme/shop`
const login = () => ({ registry: registry.host, username: 'bot', password: new Secret('hunter2') })
const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' }

describe('what a tag names', () => {
  test('a plain manifest: its platform is read from its configuration', async () => {
    const image = registry.image(amd64, '1.0')
    expect(await createRegistry(limits).resolve(repository(), '1.0')).toEqual({
      kind: 'found',
      image: { repository: repository(), tag: '1.0', digest: image.manifest, platforms: [{ platform: 'linux/amd64', ...image }] },
    })
  })

  test('an index as buildx pushes it: every Linux platform with its digests, attestations and Windows left out', async () => {
    const one = registry.image(amd64)
    const other = registry.image(arm64)
    const attestation = registry.image({ os: 'unknown', architecture: 'unknown' })
    const digest = registry.manifest(
      ociIndex,
      {
        schemaVersion: 2,
        manifests: [
          { digest: one.manifest, platform: amd64 },
          { digest: other.manifest, platform: arm64 },
          { digest: sha256('elsewhere'), platform: { os: 'windows', architecture: 'amd64' } },
          { digest: attestation.manifest, platform: { os: 'unknown', architecture: 'unknown' } },
          { digest: attestation.manifest, platform: amd64, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
        ],
      },
      'abc',
    )
    const answer = await createRegistry(limits).resolve(repository(), 'abc')
    expect(answer).toMatchObject({
      kind: 'found',
      image: {
        digest,
        platforms: [
          { platform: 'linux/amd64', ...one },
          { platform: 'linux/arm64/v8', ...other },
        ],
      },
    })
  })

  test('a digest in place of a tag', async () => {
    const image = registry.image(amd64)
    const answer = await createRegistry(limits).resolve(repository(), image.manifest)
    expect(answer).toMatchObject({ kind: 'found', image: { digest: image.manifest } })
  })

  test('the second resolution of the same content costs one HEAD and no pull', async () => {
    registry.image(amd64, '1.0')
    const asked = createRegistry(limits)
    await asked.resolve(repository(), '1.0')
    registry.seen = []
    expect(await asked.resolve(repository(), '1.0')).toMatchObject({ kind: 'found' })
    expect(registry.seen.map((one) => one.method)).toEqual(['HEAD'])
  })

  test('a registry that tells no digest in its header is believed by its content', async () => {
    const image = registry.image(amd64, '1.0')
    registry.before = (request, response) => {
      if (request.method !== 'HEAD') return false
      response.writeHead(200).end()
      return true
    }
    expect(await createRegistry(limits).resolve(repository(), '1.0')).toMatchObject({ kind: 'found', image: { digest: image.manifest } })
  })

  test('not pushed yet', async () => {
    expect(await createRegistry(limits).resolve(repository(), 'later')).toEqual({ kind: 'missing' })
  })
})

describe('what must not be believed', () => {
  test('content that does not have the digest it was asked by', async () => {
    const image = registry.image(amd64, '1.0')
    registry.replace(`manifests/${image.manifest}`, '{"config":{}}')
    const answer = await createRegistry(limits).resolve(repository(), '1.0')
    expect(answer).toMatchObject({ kind: 'failed', detail: expect.stringContaining('other content') })
  })

  test('an image of the format from before 2016', async () => {
    registry.manifest(ociManifest, { schemaVersion: 1, fsLayers: [] }, 'old')
    expect(await createRegistry(limits).resolve(repository(), 'old')).toMatchObject({
      kind: 'failed',
      detail: expect.stringContaining('format'),
    })
  })

  test('an endless body', async () => {
    registry.image(amd64, '1.0')
    registry.before = (request, response) => {
      if (request.method !== 'GET') return false
      response.writeHead(200)
      const more = () => {
        while (response.write('x'.repeat(16 * 1024)));
      }
      response.on('drain', more)
      more()
      return true
    }
    expect(await createRegistry(limits).resolve(repository(), '1.0')).toMatchObject({
      kind: 'failed',
      detail: expect.stringContaining('more than'),
    })
  })

  test.each([
    ['a way out of the repository', '127.0.0.1:1/../../secret', 'x'],
    ['a tag that is a path', '127.0.0.1:1/acme/shop', '../blobs/x'],
    ['an address with a user', 'user:pw@registry.example/x/y', '1'],
  ])('%s is no image name', async (_why, name, tag) => {
    expect(await createRegistry(limits).resolve(name, tag)).toMatchObject({
      kind: 'failed',
      detail: expect.stringContaining('no image name'),
    })
  })
})

describe('signing in', () => {
  const basic = `Basic ${Buffer.from('bot:hunter2').toString('base64')}`
  /** A registry that asks for a token of its own service, which takes `bot:hunter2` or nobody. */
  const demandToken = (lifetime: number) => {
    let issued = 0
    registry.before = (request, response, path) => {
      if (path.startsWith('/token')) {
        const wrong = request.headers.authorization !== undefined && request.headers.authorization !== basic
        response.writeHead(wrong ? 401 : 200).end(wrong ? '' : JSON.stringify({ token: `t${++issued}`, expires_in: lifetime }))
        return true
      }
      if (request.headers.authorization === `Bearer t${issued}` && issued > 0) return false
      const realm = `Bearer realm="http://${registry.host}/token",service="the registry",scope="repository:acme/shop:pull"`
      response.writeHead(401, { 'www-authenticate': realm }).end()
      return true
    }
  }

  test('with a token, anonymously, once for all requests', async () => {
    registry.image(amd64, '1.0')
    demandToken(300)
    const asked = createRegistry(limits)
    expect(await asked.resolve(repository(), '1.0')).toMatchObject({ kind: 'found' })
    expect(await asked.resolve(repository(), '1.0')).toMatchObject({ kind: 'found' })
    const tokens = registry.seen.filter((one) => one.path.startsWith('/token'))
    expect(tokens).toEqual([
      { method: 'GET', path: '/token?service=the+registry&scope=repository%3Aacme%2Fshop%3Apull', authorization: undefined },
    ])
  })

  test('with a token, as a user: the password goes to the token service and nowhere else', async () => {
    registry.image(amd64, '1.0')
    demandToken(300)
    expect(await createRegistry(limits).resolve(repository(), '1.0', login())).toMatchObject({ kind: 'found' })
    expect(registry.seen.filter((one) => one.authorization === basic).map((one) => one.path)).toEqual([expect.stringMatching('^/token')])
  })

  test('again when the token has run out', async () => {
    registry.image(amd64, '1.0')
    demandToken(0)
    const asked = createRegistry(limits)
    await asked.resolve(repository(), '1.0')
    expect(await asked.resolve(repository(), '1.0')).toMatchObject({ kind: 'found' })
  })

  test('with name and password', async () => {
    registry.image(amd64, '1.0')
    registry.before = (request, response) => {
      if (request.headers.authorization === basic) return false
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      return true
    }
    expect(await createRegistry(limits).resolve(repository(), '1.0', login())).toMatchObject({ kind: 'found' })
    const anonymous = await createRegistry(limits).resolve(repository(), '1.0')
    expect(anonymous).toEqual({ kind: 'failed', detail: `${registry.host} refuses acme/shop to anonymous readers (401)`, denied: true })
  })

  test('refused: the message names who was refused where, and not the password', async () => {
    registry.before = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      return true
    }
    const answer = await createRegistry(limits).resolve(repository(), '1.0', login())
    expect(answer).toEqual({ kind: 'failed', detail: `${registry.host} refuses acme/shop to bot (401)`, denied: true })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test('a token service without TLS on another machine gets no password', async () => {
    registry.before = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example/token"' }).end()
      return true
    }
    const answer = await createRegistry(limits).resolve(repository(), '1.0', login())
    expect(answer).toMatchObject({ kind: 'failed', detail: expect.stringContaining('without TLS') })
  })

  test('a blob kept elsewhere is fetched there without the credentials', async () => {
    const image = registry.image(amd64, '1.0')
    const storage = new RegistryStandIn()
    await storage.start()
    storage.image(amd64)
    registry.before = (request, response, path) => {
      if (request.headers.authorization !== basic) response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      else if (path.includes('/blobs/'))
        response.writeHead(307, { location: `http://${storage.host}/v2/acme/shop/blobs/${image.config}` }).end()
      else return false
      return true
    }
    expect(await createRegistry(limits).resolve(repository(), '1.0', login())).toMatchObject({ kind: 'found' })
    expect(storage.seen.map((one) => one.authorization)).toEqual([undefined])
    await storage.stop()
  })

  test('a manifest kept elsewhere is not followed: nobody but the registry says what a tag is', async () => {
    registry.before = (_request, response) => {
      response.writeHead(307, { location: `http://${registry.host}/v2/other/shop/manifests/1.0` }).end()
      return true
    }
    expect(await createRegistry(limits).resolve(repository(), '1.0')).toEqual({ kind: 'failed', detail: `${registry.host} answered 307` })
  })
})

describe('a registry in trouble', () => {
  test.each<[why: string, header: () => string | undefined, seconds: (got: number) => boolean]>([
    ['in seconds', () => '17', (got) => got === 17],
    ['as a date', () => new Date(Date.now() + 60_000).toUTCString(), (got) => got > 50 && got <= 60],
    ['not at all', () => undefined, (got) => got === 30],
    ['for a week', () => '604800', (got) => got === 3600],
  ])('too many requests, told to wait %s', async (_why, header, fits) => {
    registry.before = (_request, response) => {
      const wait = header()
      response.writeHead(429, wait ? { 'retry-after': wait } : {}).end()
      return true
    }
    const answer = await createRegistry(limits).resolve(repository(), '1.0')
    expect(answer.kind === 'busy' && fits(answer.retryAfterSeconds)).toBe(true)
  })

  test('down', async () => {
    registry.before = (_request, response) => {
      response.writeHead(503).end()
      return true
    }
    const expected = { kind: 'failed', detail: `${registry.host} answered 503`, retryable: true }
    expect(await createRegistry(limits).resolve(repository(), '1.0')).toEqual(expected)
  })

  test('silent', async () => {
    registry.before = () => true
    const answer = await createRegistry({ ...limits, milliseconds: 100 }).resolve(repository(), '1.0')
    expect(answer).toEqual({ kind: 'failed', detail: `${registry.host} did not answer within 0.1 s`, retryable: true })
  })

  test('gone', async () => {
    const name = repository()
    await registry.stop()
    expect(await createRegistry(limits).resolve(name, '1.0')).toMatchObject({ kind: 'failed', retryable: true })
    await registry.start()
  })
})
