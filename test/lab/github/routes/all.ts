import type { AppRoutes, InstallationRoutes, RepositoryRoutes } from '../call.ts'
import { appRoutes as own } from './app.ts'
import { branchRoutes } from './branches.ts'
import { checkRoutes } from './checks.ts'
import { commentRoutes } from './comments.ts'
import { commitRoutes } from './commits.ts'
import { contentRoutes } from './contents.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deploymentRoutes } from './deployments.ts'
import { gitDataRoutes } from './git-data.ts'
import { installationRoutes as installation } from './installation.ts'
import { pullRoutes } from './pulls.ts'
import { repositoryRoutes as repository } from './repository.ts'
import { clientRoutes, personRoutes } from './sign-in.ts'
import { statusRoutes } from './statuses.ts'
import { teamRoutes } from './teams.ts'
import { workflowRunRoutes } from './workflow-runs.ts'

export { clientRoutes, personRoutes }

/** What the stand-in answers to the App's JWT. */
export const appRoutes: AppRoutes = { ...own, ...deliveryRoutes }

/** What it answers to an installation's token, of the installation itself and its account. */
export const installationRoutes: InstallationRoutes = { ...installation, ...teamRoutes }

/** What it answers to an installation's token, of a repository. */
export const repositoryRoutes: RepositoryRoutes = {
  ...repository,
  ...branchRoutes,
  ...gitDataRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...statusRoutes,
  ...deploymentRoutes,
  ...commentRoutes,
  ...pullRoutes,
  ...checkRoutes,
  ...workflowRunRoutes,
}
