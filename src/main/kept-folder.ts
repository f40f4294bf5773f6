import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The data folder of a Landfall that has its keys already: elsewhere new ones would be made, which no host and no file knows. */
export function keptFolder(hint = ''): string {
  const folder = resolve(process.env.LANDFALL_DATA ?? 'data')
  if (existsSync(join(folder, 'signing-key.pem'))) return folder
  throw new Error(`${folder}: there are no keys of a Landfall. Name its data folder in LANDFALL_DATA${hint}.`)
}
