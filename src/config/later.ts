/**
 * Keys of Landfall's design that this version does not know yet. They are refused by name: quietly ignoring a gate
 * somebody relies on would deploy what it was meant to stop.
 */
export const later: ReadonlySet<string> = new Set(['heal', 'needs', 'previews'])

/** What people are told about a key that nothing would act on. */
export const notSupported = (key: string): { what: string; remedy: string } => ({
  what: `\`${key}\` is not supported by this version of Landfall`,
  remedy: 'Remove it. It is refused, not ignored, because nothing would act on it',
})
