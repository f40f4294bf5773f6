/** Keys and list indices from the top of the file. */
export type Path = readonly (string | number)[]

/** Something wrong at a place of the file's tree; it becomes a problem once its line is looked up. */
export interface Finding {
  path: Path
  /** Points at the key, where otherwise a plain value itself is pointed at. */
  onKey?: boolean
  /** Leaves the last key out of the path that is shown: it is not known to be free of secrets. */
  maskKey?: boolean
  /** Where it is in the text, for what has no path of its own, such as the second of two equal keys. */
  offset?: number
  what: string
  remedy: string
}

/** `environments.production.hosts[1]`, `registries["ghcr.io"].password` */
export function pathText(path: Path): string {
  return path.map(segmentText).join('').replace(/^\./, '')
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`
  return /^[A-Za-z0-9_-]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`
}

/** The way back from the text to the path. */
export function pathSegments(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z0-9_-]+)/g)].map(([, index, quoted, name = '']) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? name : String(JSON.parse(quoted))
  })
}
