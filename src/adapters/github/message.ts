/** A commit's first line; of GitHub's merge commits the pull request's title, which says more than its number. */
export function subjectOf(message: string): string {
  const [first = '', , title] = message.split('\n', 3)
  return title && /^Merge pull request #\d+ from /.test(first) ? title : first
}

const trailer = /^co-authored-by:[^<\n]*<([^<>\s]+)>[ \t\r]*$/gim
/** The address GitHub gives people who keep theirs to themselves: `1234+login@users.noreply.github.com`. */
const withLogin = /^(?:\d+\+)?([a-z\d](?:[a-z\d-]*[a-z\d])?(?:\[bot\])?)@users\.noreply\.github\.com$/i

/** Whom a commit's message names as co-authors: logins where the address tells one, otherwise addresses. */
export function coAuthorsIn(message: string): string[] {
  const addresses = [...message.matchAll(trailer)].map(([, address = '']) => address)
  return [...new Set(addresses.map((address) => withLogin.exec(address)?.[1] ?? address))]
}
