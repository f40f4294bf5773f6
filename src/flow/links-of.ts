import type { Deployment } from '../domain/deployment.ts'
import type { Links } from '../report/links.ts'
import type { Ports } from './ports.ts'

/** Where a deployment can be read of. */
export const linksOf = ({ id }: Pick<Deployment, 'id'>, { addresses }: Pick<Ports, 'addresses'>): Links => ({
  github: addresses.github,
  log: `${addresses.landfall}/deployments/${id}`,
  ...(addresses.acting && { act: `${addresses.landfall}/deployments/${id}/act` }),
})
