import { z } from 'zod'
import { message, text } from '../message.ts'

/** A command as the words it is made of: no shell reads them. */
export const command = z
  .array(text(/^[^\p{Cc}]{1,500}$/u, 'this is not a word of a command', 'Write 1 to 500 characters, without line breaks'), {
    error: ({ input }) =>
      typeof input === 'string'
        ? message('this is not a list of words', 'Write each word apart, such as `[bin/healthy, --quick]`')
        : undefined,
  })
  .min(1, { error: message('this command has no words', 'Write at least one, such as `[bin/healthy]`') })
  .max(20, { error: message('this command has more than 20 words', 'Put it into a script in the image') })
