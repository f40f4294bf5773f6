import type { Mistake } from '../../domain/intent.ts'
import { suggest } from '../../domain/suggest.ts'
import { type CommandLine, writeUsage } from './line.ts'
import { durationRemedy, lockSeconds } from './lock-duration.ts'
import { mistake, quoted } from './mistake.ts'

/** The words of a line without its options, and what these say. */
export interface Options {
  kind: 'options'
  words: string[]
  everywhere?: true
  again?: true
  overContract?: true
  seconds?: number
}

type Option = '--all' | '--again' | '--for' | '--over-contract'

/** Reads the options a command knows, wherever on the line they stand. Telephones make a dash of two hyphens: it counts as them. */
export function readOptions(line: CommandLine, known: readonly Option[]): Options | Mistake {
  const read: Options = { kind: 'options', words: [] }
  const words = line.words.values()
  for (const word of words) {
    const option = optionIn(word)
    if (!option) {
      read.words.push(word)
      continue
    }
    const name = known.find((each) => each === option.name)
    if (name === undefined) return unknown(line, option.name, known)
    if (name !== '--for') {
      if (option.value !== undefined) return mistake(line.written, `${name} takes no value`, writeUsage(line.kind))
      if (name === '--all') read.everywhere = true
      else if (name === '--again') read.again = true
      else read.overContract = true
      continue
    }
    if (read.seconds !== undefined) return mistake(line.written, '--for is there twice', 'Leave one of them out')
    const value = option.value ?? words.next().value
    if (value === undefined) return mistake(line.written, '--for does not say how long', durationRemedy)
    const seconds = lockSeconds(value)
    if (typeof seconds === 'string') return mistake(line.written, `${quoted(value)} ${seconds}`, durationRemedy)
    read.seconds = seconds
  }
  return read
}

function optionIn(word: string): { name: string; value?: string } | undefined {
  const [, name, value] = /^(?:--|[–—])([a-z][a-z-]*)(?:=(.*))?$/i.exec(word) ?? []
  if (name === undefined) return undefined
  return { name: `--${name.toLowerCase()}`, ...(value !== undefined && { value }) }
}

function unknown(line: CommandLine, name: string, known: readonly Option[]): Mistake {
  const meant = suggest(name, known)
  return mistake(line.written, `there is no option ${quoted(name)}${meant ? ` (did you mean ${meant}?)` : ''}`, writeUsage(line.kind))
}
