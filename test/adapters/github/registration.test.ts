import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { appManifest, registerApp } from '../../../src/adapters/github/registration.ts'

test('the manifest is app.yml with the addresses of this server', () => {
  const made: unknown = JSON.parse(appManifest('app.yml', 'https://landfall.example.com', 'http://localhost:3000/setup/done'))
  expect(made).toMatchObject({
    name: 'Landfall',
    public: false,
    hook_attributes: { url: 'https://landfall.example.com/api/github/webhooks', active: true },
    redirect_url: 'http://localhost:3000/setup/done',
    callback_urls: ['https://landfall.example.com/sign-in/done'],
    request_oauth_on_install: false,
  })
})

const conversion = {
  id: 12,
  pem: '-----BEGIN RSA PRIVATE KEY-----',
  webhook_secret: 'a webhook secret',
  client_id: 'Iv23',
  client_secret: 'a client secret',
  html_url: 'https://github.com/apps/landfall',
}

/** A GitHub that knows this one code. */
async function github(answer: Partial<typeof conversion> | { webhook_secret: null }): Promise<string> {
  const server = createServer((request, response) => {
    const known = request.method === 'POST' && request.url === '/app-manifests/c0de/conversions'
    response.writeHead(known ? 201 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(known ? { ...conversion, ...answer } : { message: 'Not Found' }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server got no port')
  return `http://127.0.0.1:${address.port}`
}

test('registering gives what Landfall is started with, also what people sign in with', async () => {
  const app = await registerApp('c0de', await github({}))
  const { privateKey, webhookSecret, client } = app
  expect(app).toMatchObject({ appId: 12, client: { id: 'Iv23' }, page: 'https://github.com/apps/landfall' })
  expect([privateKey, webhookSecret, client.secret].map((one) => one.reveal())).toEqual([
    conversion.pem,
    'a webhook secret',
    'a client secret',
  ])
})

test('an App without a webhook secret is not taken', async () =>
  expect(registerApp('c0de', await github({ webhook_secret: null }))).rejects.toThrow('without a webhook secret'))
