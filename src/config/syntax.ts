import type { ErrorCode, YAMLParseError } from 'yaml'
import type { Finding } from './finding.ts'

type Wording = Pick<Finding, 'what' | 'remedy'>

const quoting: Wording = {
  what: 'a value begins with, or contains, a character that means something to YAML',
  remedy: 'Put the value into quotes',
}
const indenting: Wording = {
  what: 'the indentation does not fit, or a bracket before it is not closed',
  remedy: 'Indent with spaces, the same number for all keys of one level',
}
const bracket: Wording = {
  what: 'the text ends or goes on where YAML expects something else',
  remedy: 'Look for a missing colon, comma, quote or bracket here or in the line above',
}
const anchoring: Wording = {
  what: 'an anchor (`&`), alias (`*`) or tag (`!`) does not fit here',
  remedy: 'Write the value out; if it is text that begins with one of these characters, quote it',
}

/**
 * Own words for the library's errors: its messages repeat pieces of the file, and a piece may be a password
 * (`password: *secret` is an alias to YAML).
 */
const wordings: Partial<Record<ErrorCode, Wording>> = {
  ALIAS_PROPS: anchoring,
  BAD_ALIAS: anchoring,
  BAD_INDENT: indenting,
  BAD_SCALAR_START: quoting,
  BLOCK_AS_IMPLICIT_KEY: quoting,
  BLOCK_IN_FLOW: indenting,
  MULTIPLE_ANCHORS: anchoring,
  MULTIPLE_TAGS: anchoring,
  BAD_PROP_ORDER: anchoring,
  TAB_AS_INDENT: { what: 'a tab is used for indentation', remedy: 'Indent with spaces' },
  TAG_RESOLVE_FAILED: anchoring,
  BAD_DQ_ESCAPE: {
    what: 'a backslash in double quotes begins an escape that YAML does not know',
    remedy: 'Use single quotes, or write the backslash twice',
  },
}

/** What is wrong with the YAML itself. */
export const syntaxFinding = (error: Pick<YAMLParseError, 'code' | 'pos'>): Finding => ({
  path: [],
  offset: error.pos[0],
  ...(wordings[error.code] ?? bracket),
})
