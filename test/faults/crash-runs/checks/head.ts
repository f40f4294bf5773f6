import type { View } from '../evidence.ts'
import type { StoredDeployment } from '../stored.ts'
import type { Violation } from './violation.ts'

/** Main's head has had its deployment: of the deployments that pushes asked for, the last that no newer push overtook is its. */
export function checkHead({ database, history }: View): Violation[] {
  const head = history.heads.at(-1)?.sha
  // A push of what somebody has asked for already comes to nothing: then theirs is its deployment.
  const pushed = database.deployments.filter(({ kind, asked, revision }) => kind === 'deploy' && (asked === null || revision === head))
  const last = pushed.findLast((one) => one.state !== 'superseded' || isOvertakenByPeople(one, database.deployments))
  if (last?.revision === head) return []
  return [{ invariant: 4, what: `main stands at ${head}; the last deployment of a push is ${last?.revision} (${last?.state})` }]
}

/** What somebody asks for after a push takes that push's turn: the last wish counts. */
function isOvertakenByPeople(one: StoredDeployment, deployments: readonly StoredDeployment[]): boolean {
  const later = deployments.slice(deployments.indexOf(one) + 1)
  const asked = later.filter((other) => other.kind === 'deploy' && other.asked !== null)
  const names = ['the rollback ', ...asked.map(({ revision }) => revision?.slice(0, 7) ?? '')]
  return names.some((name) => one.reason?.includes(`"${name}`))
}
