import type { PlannedService } from '../domain/plan.ts'

/** What a container of a service has beside its image, and what there is to be once, or says who it is. */
const once = ['container_name', 'hostname', 'mac_address', 'ports', 'restart', 'healthcheck', 'scale'] as const

/**
 * Lines of a Compose file for a container of a service that is not one of those that serve: nobody is to send it requests, and it stands in
 * nobody's way. Labels go as a whole, since any may mean something to somebody; Compose adds its own later. By those Traefik would still take it for
 * one of the service, where it is not told to look for a label. What it may use of the machine holds for it too, so `deploy` stays: Compose
 * itself leaves out how many there are, and that they are started again.
 */
export const apart = ({ networks, announced }: Pick<PlannedService, 'networks' | 'announced'>): string[] => [
  '    labels: !override { "traefik.enable": "false" }',
  ...once.map((key) => `    ${key}: !reset null`),
  ...(networks ? [`    networks: !override ${JSON.stringify(networks)}`] : []),
  // Empty: nothing can be taken away that comes from a file.
  ...(announced ? [`    environment: ${JSON.stringify(Object.fromEntries(announced.map((name) => [name, ''])))}`] : []),
]
