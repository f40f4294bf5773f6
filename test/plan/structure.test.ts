import { expect, test } from 'vitest'
import { structureOf } from '../../src/plan/structure.ts'

const compose = `
x-app: &app
  restart: unless-stopped
  depends_on: [db]
services:
  web:
    <<: *app
    image: "shop:\${TAG}"
    ports: ["\${PORT}:3000"]
    deploy: { replicas: "\${WEBS}" }
    build: .
  worker:
    extends: { service: web }
    depends_on: { db: { condition: service_healthy, restart: true }, web: { condition: service_started } }
  nested: { extends: worker, scale: "\${MANY}" }
  side: { image: side:1, network_mode: "service:web", volumes_from: [db], volumes: ["./data:/data"] }
  db: { image: db:1, profiles: [full], depends_on: }
`

test('names what depends on what, in whatever form people wrote it', () => {
  const { services } = structureOf(compose)
  const names = (name: string) =>
    Object.entries(services[name]?.depends_on ?? {}).map(([on, { restart }]) => `${on}${restart ? ' restarts' : ''}`)
  expect(Object.fromEntries(Object.keys(services).map((name) => [name, names(name)]))).toEqual({
    ...{ web: ['db'], worker: ['db restarts', 'web'], nested: ['db restarts', 'web'], side: [], db: [] },
  })
  expect(services.side).toMatchObject({ network_mode: 'service:web', volumes_from: ['db'] })
  expect([services.worker?.build, services.nested?.restart, services.db?.profiles]).toEqual(['.', 'unless-stopped', ['full']])
})

test('a service that extends itself ends', () => {
  expect(Object.keys(structureOf('services: { a: { extends: b }, b: { extends: { service: a } } }').services)).toEqual(['a', 'b'])
})
