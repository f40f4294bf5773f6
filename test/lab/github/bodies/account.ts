import { type Installation, moment, type Person, person, type Reporter, type World } from '../world.ts'

/** GitHub's `simple-user`. */
export function account({ url }: Pick<World, 'url'>, { id, login, type }: Person) {
  const api = `${url}/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: nodeId('U', id),
    avatar_url: `${url}/avatars/${id}`,
    gravatar_id: '',
    url: api,
    html_url: `${url}/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    user_view_type: 'public',
    site_admin: false,
  }
}

/** GitHub's `integration`: an App. */
export function integration(world: World, app: Reporter = world.app) {
  const born = moment(new Date(0))
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: account(world, person(world, `${app.slug}-makers`, 'Organization')),
    name: app.name,
    description: null,
    external_url: `${world.url}/apps/${app.slug}/about`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: born,
    updated_at: born,
    permissions: app.permissions ?? {},
    events: app.events ?? [],
    installations_count: world.installations.length,
  }
}

/** GitHub's `installation`. */
export function installationBody(world: World, { id, account: owner, createdAt, suspendedAt }: Installation) {
  const { app, url } = world
  return {
    id,
    account: account(world, owner),
    repository_selection: 'all',
    access_tokens_url: `${url}/app/installations/${id}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/organizations/${owner.login}/settings/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: owner.id,
    target_type: owner.type,
    permissions: app.permissions,
    events: app.events,
    created_at: moment(createdAt),
    updated_at: moment(createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: suspendedAt ? account(world, owner) : null,
    suspended_at: suspendedAt ? moment(suspendedAt) : null,
  }
}

/** An opaque id as GraphQL has it. */
export const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}_${id}`).toString('base64url')
