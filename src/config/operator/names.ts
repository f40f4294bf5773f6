import { text } from '../message.ts'

export const hostName = text(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  'this is not a name for a host',
  'Use up to 63 lower-case letters, digits, `.`, `-` and `_`, beginning with a letter or digit',
)

export const bastionName = text(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  'this is not a name for a bastion',
  'Use up to 63 lower-case letters, digits, `.`, `-` and `_`, beginning with a letter or digit',
)

export const groupName = text(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  'this is not a name for a group',
  'Use up to 63 lower-case letters, digits, `.`, `-` and `_`, and no `@` here',
)

/** Docker Hub is `docker.io`, as in the full names of its images. */
export const registryName = text(
  /^(?!index\.docker\.io|registry-1\.docker\.io)[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?$/,
  'this is not the host of a registry',
  'Write host and port only, such as `ghcr.io` or `registry.example.com:5000`; Docker Hub is `docker.io`',
)

/** The owner is always written out: an App can be installed by strangers, and `*` would let them all in. */
export const repositoryPattern = text(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/([A-Za-z0-9._-]{1,100}|[A-Za-z0-9._-]{0,99}\*)$/,
  'this is not a repository or a pattern of repositories',
  'Write `owner/name`, `owner/*` or `owner/prefix-*`',
)

export const projectPattern = text(
  /^([a-z0-9][a-z0-9_-]{0,62}|([a-z0-9][a-z0-9_-]{0,61})?\*)$/,
  'this is not a Compose project name or a pattern of them',
  'Write `shop`, `shop-*` or `"*"`',
)

export const environmentOrAny = text(
  /^([a-z0-9][a-z0-9_-]{0,62}|\*)$/,
  'this is neither the name of an environment nor `"*"`',
  'Use lower-case letters, digits, `-` and `_`, or `"*"` for those not named',
)

export const chatName = text(
  /^[a-z0-9][a-z0-9_-]{0,62}$/,
  'this is not a name for a chat channel',
  'Use lower-case letters, digits, `-` and `_`; repositories write its kind before it: `slack:deploys`',
)
