import { describe, expect, test } from 'vitest'
import { readComment } from '../../../src/policy/commands/read-comment.ts'

const commands = (comment: string) => readComment(comment).length

describe('a command counts', () => {
  test.each([
    ['alone', '/rollback'],
    ['with spaces behind', '/rollback  production  '],
    ['after a sentence, on its own line', 'It is broken.\r\n/rollback\r\n'],
    ['as the telephone writes it', '/Rollback'],
    ['after a fence', '```\ncode\n```\n/rollback'],
    ['after a fence in a list', '- ```\n  code\n  ```\n\n/rollback'],
    ['behind a list whose fence nobody closed', '- ```\n  code\n/rollback'],
    ['after a quote and a blank line', '> it is broken\n\n/rollback'],
    ['after inline code', 'See `/deploy`\n/rollback'],
    ['after a backtick that closes nothing', 'it`s broken\n/rollback production'],
    ['after a backtick that is none', 'a \\` b\n/rollback\nc ` d'],
    ['after a shorter run of backticks', '`` a ` b ``\n/rollback'],
    ['after an HTML comment', '<!-- template -->\n/rollback'],
    ['between list items that each have a backtick', '- it`s broken\n- /deploy did it\n/rollback\n- it`s bad'],
    ['below a rule', 'a ` b\n---\n/rollback\nc ` d'],
    ['after a comment within a line', 'a <!-- b --> c\n/rollback'],
    ['after a comment written as code', 'what is `<!--` for\n/rollback'],
    ['with code behind it', '/reject see `web.ts`'],
    ['between folded details', '<details>\n<summary>Log</summary>\n\n/rollback\n\n</details>'],
    ['after a line of backticks with more behind', '```a```\n/rollback'],
  ])('%s', (_why, comment) => expect(commands(comment)).toBe(1))
})

describe('a command does not count', () => {
  test.each([
    ['inside a sentence', 'please /rollback'],
    ['quoted', '> /rollback'],
    ['quoted with spaces before', '   > /rollback'],
    ['in the line below a quoted one, which GitHub draws as quoted', '> please do not\n/rollback'],
    ['indented as code', '    /rollback'],
    ['indented with a tab', '\t/rollback'],
    ['in a fence', '```\n/rollback\n```'],
    ['in a fence with a language', '``` sh\n/rollback\n```'],
    ['in a fence that a shorter one does not close', '````\n```\n/rollback\n````'],
    ['in a fence that one with words does not close', '```\n``` sh\n/rollback\n```'],
    ['in a fence that an indented one does not close', '```\n    ```\n/rollback\n```'],
    ['in inline code that a list item begins', 'a `b\n* `\n/rollback\na `b'],
    ['in HTML that seems to hold a fence', '<div>\n```\n```\n/rollback\n</div>'],
    ['in a processing instruction', '<?php\n\n/rollback\n\n?>'],
    ['in a fence of tildes with another inside', '~~~\n```\n/rollback\n~~~'],
    ['in a fence that nobody closed', '```\n/rollback'],
    ['in a fence right below a quote', '> look\n```\n\n/rollback\n```'],
    ['in a fence right below HTML', '<b>look</b>\n```\n\n/rollback\n```'],
    ['in inline code over several lines', 'write `a\n/rollback\nb` for that'],
    ['in an HTML comment', '<!--\nWrite\n\n/rollback\n\n-->'],
    ['in an HTML comment that begins in a line', 'hello <!--\n/rollback -->'],
    ['in an HTML comment that nobody closed', '<!-- \n\n/rollback'],
    ['in preformatted HTML', '<pre>\n\n/rollback\n\n</pre>'],
    ['in quoting HTML', '<blockquote>\n\n/rollback\n\n</blockquote>'],
    ['in a piece of HTML', '<div>\n/rollback\n</div>'],
  ])('%s', (_why, comment) => expect(commands(comment)).toBe(0))
})
