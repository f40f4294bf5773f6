/** Options of every verb that says where on a host Landfall's parts are. */
export const pathOptions = {
  root: { type: 'string', default: '/var/lib/landfall' },
  'shell-path': { type: 'string', default: '/usr/local/bin/landfall-shell' },
  'authorized-keys': { type: 'string' },
} as const

/** What was said of them, in the words of what runs on the host. */
export const installPaths = (values: { root: string; 'shell-path': string; 'authorized-keys'?: string | undefined }) => ({
  root: values.root,
  shellPath: values['shell-path'],
  authorizedKeys: values['authorized-keys'],
})
