import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** Two images may share a repository only under different tags: otherwise nobody knows which one a Compose line means. */
export const imagesApart: Rule<ProjectShape> = (file) => {
  const first = new Map<string, string>()
  return Object.entries(file.images ?? {}).flatMap(([name, { repository, tag = '{sha}' }]) => {
    const other = first.get(`${repository}:${tag}`)
    if (other === undefined) first.set(`${repository}:${tag}`, name)
    return other === undefined
      ? []
      : [{ path: ['images', name], onKey: true, what: `this is the same image and tag as "${other}"`, remedy: 'Remove one of them' }]
  })
}
