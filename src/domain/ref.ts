/** What a full ref names: `refs/heads/main` the branch main. */
export interface Ref {
  kind: 'branch' | 'tag'
  name: string
}

/** Undefined for a ref that is neither, such as `refs/pull/12/head`. */
export function readRef(ref: string): Ref | undefined {
  const [, space, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  return name === undefined ? undefined : { kind: space === 'heads' ? 'branch' : 'tag', name }
}

/** GitHub's word for a place where no commit was before, or is any more. */
export const isNoCommit = (sha: string): boolean => /^0+$/.test(sha)
