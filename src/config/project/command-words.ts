import { z } from 'zod'
import { message } from '../message.ts'

const example = 'Write each word apart, such as `[nginx, -t]`'

const word = z.string().regex(/^[^\p{Cc}]{1,500}$/u, {
  error: message('this is not a word of a command', 'Write 1 to 500 characters, without line breaks'),
})

/** What a shell would make something of. No shell reads it here, so nobody may believe that one does. */
const shellsOwn = /["'\\$`|&;<>()*?[\]{}~#!]/

const line = z
  .string()
  .regex(/^[^\p{Cc}]{1,2000}$/u, { error: message('this is not a command', 'Write the program and its arguments on one line') })
  .refine((text) => !shellsOwn.test(text), {
    error: message('no shell reads this, so quotes, variables and the like have no meaning here', example),
  })
  .transform((text) => text.split(' ').filter((part) => part !== ''))

/** A program and its arguments: a line of plain words, or a list of words that may hold anything. */
export const commandWords = z
  .union([line, z.array(word)], {
    error: ({ input }) =>
      typeof input === 'string' || Array.isArray(input) || input === undefined
        ? undefined
        : message('this is not a command', 'Write a program and its arguments, such as `nginx -t`'),
  })
  .refine((words) => words.length > 0 && words.length <= 50, {
    error: message('this command has no words, or more than 50', 'Put what is longer into a script of the image'),
  })
