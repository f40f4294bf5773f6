/**
 * Keys of Landfall's design that this version does not carry out yet. They are refused by name: quietly ignoring a gate
 * somebody relies on would deploy what it was meant to stop.
 */
export const later: ReadonlySet<string> = new Set([
  'after',
  'approve',
  'bastion',
  'before',
  'checks',
  'files',
  'heal',
  'needs',
  'paths',
  'previews',
  'require',
  'rollout',
  'secrets',
  'tag',
  'windows',
])
