import { quoted } from './mistake.ts'

/** The fewest digits by which a commit may be named: fewer are soon those of several. */
const fewestDigits = 7
const allDigits = 40

/** Whether a word reads as (the beginning of) a commit id. */
export const isCommit = (word: string): boolean => /^[0-9a-f]+$/i.test(word) && word.length >= fewestDigits && word.length <= allDigits

/** Why a word that stands where a commit should is none. */
export function whyNoCommit(word: string): string {
  if (!/^[0-9a-f]+$/i.test(word)) return `${quoted(word)} is not a commit`
  if (word.length < fewestDigits) return `${quoted(word)} is too short for a commit, at least ${fewestDigits} digits are needed`
  return `${quoted(word)} is longer than the ${allDigits} digits of a commit`
}

/** Whether a word can be the name of a tag, and is not the number of something. Of what Git allows, what people call releases. */
export const isTag = (word: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}$/.test(word) && !/\.\.|[./]$/.test(word) && !/^[0-9a-f]+$/i.test(word)
