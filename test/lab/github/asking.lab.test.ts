import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testApp } from './app.ts'
import { clientFor } from './client.ts'
import { app, place, useScene } from './scene.ts'
import { startGitHub } from './stand-in.ts'

const scene = useScene()

const violations = () =>
  scene()
    .github.violations.splice(0)
    .map(({ operation, where, what }) => `${operation}: ${where}: ${what}`)

describe('who asks', () => {
  test('the App finds its installation and gets a token that works there', async () => {
    const { github, shop, client } = scene()
    const own = await clientFor(github.url, app).auth()
    expect((await own.rest.apps.getAuthenticated()).data?.slug).toBe(app.slug)
    const { data } = await own.rest.apps.getRepoInstallation(place)
    expect(data.id).toBe(shop.installation)
    expect((await client.rest.repos.get(place)).data.full_name).toBe('acme/shop')
  })

  test('a JWT signed with another key is no proof', async () => {
    const { github } = scene()
    const thief = await clientFor(github.url, { ...app, privateKey: testApp().privateKey }).auth()
    await expect(thief.rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 })
  })

  test('no token, an invented token, an expired token: 401', async () => {
    const { github, shop } = scene()
    const ask = (headers: Record<string, string>) => fetch(`${github.url}/repos/acme/shop`, { headers }).then(({ status }) => status)
    expect(await ask({})).toBe(401)
    expect(await ask({ authorization: 'token ghs_invented' })).toBe(401)

    github.faults.tokenLifetime(0)
    const own = await clientFor(github.url, app).auth()
    const { data } = await own.rest.apps.createInstallationAccessToken({ installation_id: shop.installation ?? 0 })
    github.faults.tokenLifetime(3600)
    expect(await ask({ authorization: `token ${data.token}` })).toBe(401)
  })

  test("another installation's repository does not exist", async () => {
    const { github, client } = scene()
    await github.createRepository('other', 'diary', { 'a.md': 'secret' })
    await expect(client.rest.repos.get({ owner: 'other', repo: 'diary' })).rejects.toMatchObject({ status: 404 })
  })

  test('what the manifest does not ask for is refused', async () => {
    const modest = testApp({ permissions: { metadata: 'read', contents: 'read' } })
    const elsewhere = await startGitHub({ app: modest })
    const repository = await elsewhere.createRepository('acme', 'shop', { 'a.md': 'a' })
    const limited = await clientFor(elsewhere.url, modest).auth(repository.installation)
    const sha = await repository.head()
    await expect(limited.rest.repos.createCommitStatus({ ...place, sha, state: 'pending' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration'),
    })
    expect((await limited.rest.repos.getBranch({ ...place, branch: 'main' })).data.commit.sha).toBe(sha)
    await elsewhere.close()
  })
})

describe('what is asked', () => {
  test('a wrong value and a misspelt field are caught', async () => {
    const { shop, client } = scene()
    const sha = await shop.head()
    const wrong = client.request(`POST /repos/acme/shop/statuses/${sha}`, { state: 'success', contxt: 'landfall', description: 7 })
    await expect(wrong).rejects.toMatchObject({ status: 422 })
    expect(violations()).toEqual([
      expect.stringContaining('body: /description: must be string,null'),
      expect.stringContaining('body: /contxt: GitHub knows no such field'),
    ])
  })

  test('a number where words are asked for, and an unknown parameter, are caught', async () => {
    const { client } = scene()
    await expect(client.request('GET /repos/acme/shop/commits?per_page=many&colour=red')).rejects.toMatchObject({ status: 422 })
    expect(violations()).toEqual([
      expect.stringContaining('query: must NOT have additional properties {"additionalProperty":"colour"}'),
      expect.stringContaining('query: /per_page: must be integer'),
    ])
  })

  test('an operation that GitHub has not, and one that only the stand-in has not', async () => {
    const { client } = scene()
    await expect(client.request('GET /repos/acme/shop/dreams')).rejects.toMatchObject({ status: 404 })
    await expect(client.rest.repos.listTags(place)).rejects.toMatchObject({ status: 404 })
    expect(violations()).toEqual([
      'GET /repos/acme/shop/dreams: path: GitHub has no such operation',
      'GET /repos/{owner}/{repo}/tags: path: GitHub has this, the stand-in has not yet',
    ])
  })

  test('limits that the description does not tell hold too', async () => {
    const { shop, client } = scene()
    const long = { ...place, sha: await shop.head(), state: 'success' as const, description: 'x'.repeat(141) }
    await expect(client.rest.repos.createCommitStatus(long)).rejects.toMatchObject({ status: 422 })
  })

  test('an unchanged answer is a free 304', async () => {
    const { github, shop, client } = scene()
    const first = await client.rest.repos.getBranch({ ...place, branch: 'main' })
    const again = client.rest.repos.getBranch({ ...place, branch: 'main', headers: { 'if-none-match': first.headers.etag } })
    await expect(again).rejects.toMatchObject({
      status: 304,
      response: { headers: { 'x-ratelimit-used': first.headers['x-ratelimit-used'] } },
    })
    const before = github.spent
    await client.rest.repos.getBranch({ ...place, branch: 'main', headers: { 'if-none-match': first.headers.etag } }).catch(() => {})
    expect([github.requests.at(-1)?.status, github.spent]).toEqual([304, before])
    // GitHub's tags belong to the token too.
    const another = await clientFor(github.url, app).auth(shop.installation)
    const anew = await another.rest.repos.getBranch({ ...place, branch: 'main', headers: { 'if-none-match': first.headers.etag } })
    expect(anew.status).toBe(200)
  })
})

describe('bad days', () => {
  test('an outage, a secondary limit, and both end', async () => {
    const { github, client } = scene()
    github.faults.outage(true)
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({ status: 502 })
    github.faults.outage(false)
    github.faults.rateLimit(30)
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '30' } } })
    github.faults.rateLimit(0)
    expect((await client.rest.repos.get(place)).status).toBe(200)
  })

  test("GitHub's clock is ten minutes ahead, and the App still gets its tokens", async () => {
    const { github, shop } = scene()
    github.faults.clock(600)
    const late = await clientFor(github.url, app).auth(shop.installation)
    expect((await late.rest.repos.get(place)).status).toBe(200)
    github.faults.clock(0)
  })

  test("the hourly limit tells when it ends, by GitHub's clock", async () => {
    const { github, client } = scene()
    github.faults.clock(600)
    github.faults.rateLimit(30, 'hourly')
    const { response } = await client.rest.repos.get(place).catch((error) => error)
    const wait = Number(response.headers['x-ratelimit-reset']) - Date.parse(response.headers.date) / 1000
    expect([response.status, response.headers['x-ratelimit-remaining']]).toEqual([403, '0'])
    expect(wait).toBeGreaterThan(28)
    expect(wait).toBeLessThan(32)
    github.faults.rateLimit(0)
    github.faults.clock(0)
  })

  test('an outage of some requests only', async () => {
    const { github, shop, client } = scene()
    github.faults.outage(/ \/repos\/acme\/shop\/commits\//)
    await expect(client.rest.repos.getCommit({ ...place, ref: await shop.head() })).rejects.toMatchObject({ status: 502 })
    expect((await client.rest.repos.get(place)).status).toBe(200)
    github.faults.outage(false)
  })

  test.each([
    ['refused', 502, 0],
    ['reset', 500, 0],
    ['answer-lost', 502, 1],
  ] as const)('%s: the next one alone, counted', async (how, status, made) => {
    const { github, shop, client } = scene()
    const issue_number = shop.openIssue(how, 'mona')
    const disturbed = github.faults.disturb(/^POST .*\/comments$/, how, 1)
    await expect(client.rest.issues.createComment({ ...place, issue_number, body: 'Hello' })).rejects.toMatchObject({ status })
    expect([disturbed.hits, shop.comments(issue_number).length]).toEqual([1, made])
    await client.rest.issues.createComment({ ...place, issue_number, body: 'Hello' })
    expect([disturbed.hits, shop.comments(issue_number).length]).toEqual([1, made + 1])
  })

  test.each(['unanswered', 'answer-stalled'] as const)('%s: only whoever waits knows when to stop', async (how) => {
    const { github } = scene()
    const disturbed = github.faults.disturb(/^GET \/app$/, how)
    const own = await clientFor(github.url, app).auth()
    const { token } = z.object({ token: z.string() }).parse(await own.auth({ type: 'app' }))
    const asked = fetch(`${github.url}/app`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(300) })
    await expect(asked.then((answer) => answer.text())).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(disturbed.hits).toBe(1)
    disturbed.end()
    expect((await own.rest.apps.getAuthenticated()).status).toBe(200)
  })

  test('an answer that is cut in the middle', async () => {
    const { github } = scene()
    const disturbed = github.faults.disturb(/ \/repos\/acme\/shop$/, 'answer-cut', 1)
    const answer = await fetch(`${github.url}/repos/acme/shop`)
    await expect(answer.text()).rejects.toThrow('terminated')
    expect(disturbed.hits).toBe(1)
  })

  test('a suspended installation is told as such and refused', async () => {
    const { github, shop } = scene()
    const other = await github.createRepository('resting', 'shop', { 'a.md': 'a' })
    const theirs = await clientFor(github.url, app).auth(other.installation)
    expect((await theirs.rest.apps.listReposAccessibleToInstallation()).data.repositories.map(({ full_name }) => full_name)).toEqual([
      'resting/shop',
    ])
    github.suspend('resting', true)
    await expect(theirs.rest.apps.listReposAccessibleToInstallation()).rejects.toMatchObject({ status: 403 })
    const own = await clientFor(github.url, app).auth()
    const { data } = await own.rest.apps.listInstallations()
    expect(new Map(data.map((one) => [one.id, one.suspended_at !== null]))).toEqual(
      new Map([...data.map(({ id }) => [id, false] as const), [other.installation ?? 0, true]]),
    )
    expect(data.some(({ id }) => id === shop.installation)).toBe(true)
  })

  test('what never happens is told by name', async () => {
    const { github } = scene()
    await expect(github.until('a miracle', () => undefined, 0.01)).rejects.toThrow('a miracle: did not happen within 0.01 s')
  })
})
