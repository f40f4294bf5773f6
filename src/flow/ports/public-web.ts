import type { UrlAnswer } from '../../policy/url-check.ts'

/** The web as anybody sees it, asked for addresses that repositories write. */
export interface PublicWeb {
  /**
   * Asks once. The name is resolved once, every address it has must be one that may be asked, and the connection goes to one of exactly these.
   * Redirects are answers like any other; time and size are bounded. Throws when the signal aborts, and never else.
   */
  get(url: string, signal: AbortSignal): Promise<UrlAnswer>
  /** Why an address would be refused as things are, without asking it; undefined where it would not be, or leads nowhere yet. */
  closed(url: string, signal: AbortSignal): Promise<string | undefined>
}
