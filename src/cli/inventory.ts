import { hostLines, type InventoryEdit } from '../config/operator/inventory-edit.ts'
import { parseOperatorFile } from '../config/operator-file.ts'
import type { HostRule, OperatorFile } from '../domain/configuration.ts'
import { problemText } from '../domain/problem.ts'

/** The operator's file, as the verbs about hosts read and change it. */
export interface Inventory {
  file: string
  /** Undefined where there is none yet. */
  read(): string | undefined
  /** Whole or not at all. @throws where it may not be written */
  write(text: string): void
}

/** What it says; `none` where there is no file, which is how everybody begins. */
export function readInventory({
  file,
  read,
}: Inventory): { kind: 'ok'; value: OperatorFile } | { kind: 'none' } | { kind: 'wrong'; lines: string[] } {
  const text = read()
  if (text === undefined) return { kind: 'none' }
  const parsed = parseOperatorFile(text, file)
  return parsed.kind === 'ok' ? parsed : { kind: 'wrong', lines: parsed.problems.map(problemText) }
}

/**
 * Carries out a change of the file and says what came of it.
 *
 * @param otherwise what people have to do themselves where it is not carried out
 */
export function changeInventory(
  inventory: Inventory,
  edit: InventoryEdit,
  done: string,
  otherwise: string[],
): { changed: boolean; lines: string[] } {
  const { file } = inventory
  switch (edit.kind) {
    case 'unchanged':
      return { changed: true, lines: [] }
    case 'invalid':
      return {
        changed: false,
        lines: [`${file} was not changed, because this would be wrong in it:`, ...edit.problems.map(problemText), ...otherwise],
      }
    case 'unsure':
      return { changed: false, lines: [`${file} is written in a way in which nothing was changed.`, ...otherwise] }
    case 'edited':
      try {
        inventory.write(edit.text)
        return { changed: true, lines: [`${file}: ${done}`] }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        return { changed: false, lines: [`${file} cannot be written: ${why}.`, ...otherwise] }
      }
  }
}

/** A host for people to put into the file themselves. */
export const toPut = (host: HostRule): string[] => ['Put it into operator.yml:', '', ...hostLines(host)]
