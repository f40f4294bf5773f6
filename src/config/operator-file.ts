import type { OperatorFile } from '../domain/configuration.ts'
import type { Parsed } from '../domain/problem.ts'
import { notYet, refusing } from './not-yet.ts'
import { understandOperator } from './operator/understand.ts'

/** Reads `operator.yml`: what exists and who may use it, or everything that is wrong with it. No problem repeats a secret. */
export const parseOperatorFile = (text: string, file: string): Parsed<OperatorFile> =>
  understandOperator(text, file, [refusing(notYet.operator)])
