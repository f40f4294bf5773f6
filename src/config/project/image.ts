import { z } from 'zod'
import { message } from '../message.ts'

const component = /^[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*$/
const registry = /^([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9])(:[0-9]{1,5})?$/

/** An image's repository; its output is the full form: `acme/shop` is `docker.io/acme/shop`. */
export const imageRepository = z
  .string()
  .superRefine((name, context) => {
    const found = wrongWith(name)
    if (found) context.addIssue({ code: 'custom', message: found })
  })
  .transform(fullImageName)

function wrongWith(name: string): string | undefined {
  const { path } = parts(name)
  if (name.includes('@')) return message('this names a digest', 'Leave it out: Landfall finds the digest of each commit itself')
  if (/:[^/]*$/.test(path)) return message('this has a tag', 'Leave it out and set `tag`, such as `tag: "{sha}"`')
  if (name.includes('://')) return message('this is a web address', 'Write the name of the image, such as `ghcr.io/acme/shop`')
  const legal = name.length <= 255 && registry.test(parts(name).host) && path.split('/').every((piece) => component.test(piece))
  return legal
    ? undefined
    : message('this is not the name of an image', 'Write registry and name in lower case, such as `ghcr.io/acme/shop`')
}

/** Docker's rule: the first part is a registry if it has a dot or a port or is `localhost`. */
function parts(name: string): { host: string; path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  if (!/[.:]/.test(first) && first !== 'localhost') return { host: 'docker.io', path: name }
  return { host: first === 'index.docker.io' ? 'docker.io' : first, path: name.slice(slash + 1) }
}

function fullImageName(name: string): string {
  const { host, path } = parts(name)
  return host === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${host}/${path}`
}

const unpinned = message('this tag does not name the commit', 'Put `{sha}` or `{short-sha}` into it, such as `tag: "{sha}"`')

/** A tag template. Without the commit in it, a tag says nothing about what runs. */
export const tagTemplate = z.string().superRefine((template, context) => {
  const placeholder = /\{(?!sha\}|short-sha\})[^}]*\}?/.test(template)
  const tag = template.replaceAll('{sha}', 'a'.repeat(40)).replaceAll('{short-sha}', 'a'.repeat(7))
  const found =
    template === 'latest'
      ? message('`latest` is never deployed', 'Let the build push a tag with the commit, and write `tag: "{sha}"`')
      : placeholder
        ? message('there is an unknown placeholder in this tag', 'Use `{sha}` and `{short-sha}` only')
        : tag === template
          ? unpinned
          : !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)
            ? message('this does not make a legal tag', 'Use letters, digits, `_`, `.` and `-`, 128 characters at most')
            : undefined
  if (found) context.addIssue({ code: 'custom', message: found })
})
