/** Something that `up --wait` can wait for: it knows no other way to tell that a container is well. */
const healthCheck = `
    healthcheck:
      test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:3000/health"]
      interval: 1s
      timeout: 1s
      retries: 30`

/**
 * The service every side deploys: a web application whose image changes with every release, and a database beside it that
 * must stay. Who asks for health himself, a loop of curl or Landfall, needs no health check in it.
 */
export const composeFile = (registry: string, side: { image: string; port: number; healthCheck: boolean }): string => `services:
  web:
    image: ${registry}/${side.image}:\${TAG}
    depends_on: [db]
    init: true
    ports: ["${side.port}:3000"]${side.healthCheck ? healthCheck : ''}
  db:
    image: ${registry}/acme/database:1
    volumes: [data:/var/lib/database]
    init: true
volumes:
  data: {}
`
