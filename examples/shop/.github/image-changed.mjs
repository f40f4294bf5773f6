// Whether an image has to be built: whether anything that it is made of changed.
//
//   node .github/image-changed.mjs web staging
//
// What `web` is made of stands in one place, `images.web.paths` of .github/landfall.yml, and Landfall goes by it too: an image
// that it counts on and that nobody built would be waited for in vain. That is why this looks back twice. Once to the push
// before, and once to what runs in staging: pushes are missed, builds fail, deployments are taken back. In doubt it says yes:
// a build too many is a minute, most of it from the cache.
//
// Name every environment that takes the image straight from the build; one with `after:` takes it from another environment.
//
// Needs what GitHub's runners have: Node, git and yq. Prints `changed=true` or `changed=false` for GITHUB_OUTPUT, and why to the log.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const configuration = '.github/landfall.yml'

/**
 * A pattern of landfall.yml: `*` is any text without `/`, `**` any text, a whole `**` folder any folders or none, and `?` makes
 * the character before it optional.
 */
export function expression(pattern) {
  const parts = pattern.replaceAll(/(?<=^|\/)\*\*\/|\*\*|\*|[^\w/?-]/gu, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    return part === '*' ? '[^/]*' : `\\u{${part.codePointAt(0).toString(16)}}`
  })
  return new RegExp(`^${parts}$`, 'su')
}

async function main(image, environments) {
  const patterns = JSON.parse(run('yq', '-o=json', '.', configuration)).images?.[image]?.paths
  if (!patterns) return say(true, `${configuration} does not say what ${image} is made of: every commit has an image of its own.`)
  const expressions = [...patterns.map(expression), expression(configuration)]

  const compared = await bases(environments)
  if (!compared) return say(true, 'Somebody asked for it.')
  for (const { base, what } of compared) {
    if (!base) return say(true, `Not known: ${what}.`)
    const files = run('git', 'diff', '--name-only', '--no-renames', '-z', base, 'HEAD').split('\0')
    const concerned = files.filter((file) => expressions.some((each) => each.test(file)))
    if (concerned.length > 0) return say(true, `Changed since ${base}, ${what}:\n${concerned.join('\n')}`)
  }
  say(false, `Nothing that ${image} is made of changed: Landfall keeps the image it has.`)
}

/** The commits to compare with; undefined where nothing is to be compared. */
async function bases(environments) {
  const { GITHUB_EVENT_NAME, GITHUB_EVENT_PATH } = process.env
  // It is checked out as GitHub merged it for a try; the first parent is the branch it would go to.
  if (GITHUB_EVENT_NAME === 'pull_request') return [{ base: 'HEAD^1', what: 'the branch it would go to' }]
  if (GITHUB_EVENT_NAME !== 'push') return undefined
  const { before } = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8'))
  const lookedUp = environments.map(async (name) => ({ base: await running(name), what: `what runs in ${name}` }))
  return [{ base: before, what: 'the push before' }, ...(await Promise.all(lookedUp))]
}

/** The commit that runs in an environment, by GitHub's list of deployments; undefined where the last one went wrong or goes on. */
export async function running(environment) {
  for (const { id, sha } of await ask(`?environment=${encodeURIComponent(environment)}&per_page=10`)) {
    const [newest] = await ask(`/${id}/statuses?per_page=1`)
    // Replaced, overtaken or cancelled: an older one may tell.
    if (newest?.state === 'inactive') continue
    return newest?.state === 'success' ? sha : undefined
  }
  return undefined
}

async function ask(path) {
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env
  const answer = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/deployments${path}`, {
    headers: { authorization: `Bearer ${GITHUB_TOKEN}`, accept: 'application/vnd.github+json' },
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status}`)
  return answer.json()
}

function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] })
}

function say(changed, why) {
  console.error(why)
  console.log(`changed=${changed}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [image, ...environments] = process.argv.slice(2)
  await main(image, environments).catch((error) => say(true, `This could not be found out: ${error.message.split('\n')[0]}`))
}
