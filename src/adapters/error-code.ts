/** What the operating system or a server calls an error, such as `ENOENT`; empty where it has no name. */
export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
