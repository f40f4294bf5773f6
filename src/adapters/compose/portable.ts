import { type Scalar, stringify } from 'yaml'
import { interpolate, parseTemplate, type Variables } from '../../plan/template.ts'
import { eachText, type SourceFile } from './yaml.ts'

/**
 * Merging several Compose files without giving variables their values. Compose's own `--no-interpolate` takes the pieces of
 * `${DATA:-./data}:/data` apart at the wrong colon (2.26), calls it a volume instead of a folder (2.40) and refuses
 * variables where it wants a number. So each variable is hidden behind a plain word before merging and put back after.
 */
export class HiddenVariables {
  #texts: string[] = []
  #variables: Variables

  constructor(variables: Variables) {
    this.#variables = variables
  }

  /** The file's text with every variable hidden. Only scalars that hold one are rewritten: `010` stays `010`. */
  hide(file: SourceFile): string {
    const edits: { start: number; end: number; text: string }[] = []
    eachText(file, (scalar) => {
      if (!scalar.range || !scalar.value.includes('$')) return
      const [start, end] = scalar.range
      // A block scalar's range includes its last line end.
      const tail = file.text.slice(start, end).endsWith('\n') ? '\n' : ''
      edits.push({ start, end, text: JSON.stringify(this.#word(scalar)) + tail })
    })
    edits.sort((a, b) => b.start - a.start)
    return edits.reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), file.text)
  }

  #word(scalar: Scalar<string>): string {
    let text = ''
    for (const part of parseTemplate(scalar.value)) {
      if (part.kind === 'text') text += part.text.replaceAll('$', '$$$$')
      else text += this.#hidden(part.text, text === '')
    }
    return text
  }

  /** Compose tells a folder from a volume by its first character: the word begins as the value will. */
  #hidden(written: string, first: boolean): string {
    const value = interpolate(written, this.#variables)
    const begin = first && value.startsWith('.') ? './' : first && value.startsWith('/') ? '/' : first && value.startsWith('~') ? '~/' : ''
    this.#texts.push(written)
    return `${begin}landfallvariable${this.#texts.length - 1}x`
  }

  /** Compose's merged model with the variables back in their places, as YAML whose texts are all quoted. */
  reveal(model: unknown): string {
    const back = (text: string) =>
      text.replace(/(?:^\.\/|^\/|^~\/)?landfallvariable(\d+)x/g, (word, index) => this.#texts[Number(index)] ?? word)
    const walk = (node: unknown): unknown => {
      if (typeof node === 'string') return back(node)
      if (Array.isArray(node)) return node.map(walk)
      if (node !== null && typeof node === 'object')
        return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]))
      return node
    }
    // Quoted, because Compose reads YAML 1.1, where `1:30` and `0o7` are numbers.
    return stringify(walk(model), {
      version: '1.1',
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'PLAIN',
      lineWidth: 0,
      aliasDuplicateObjects: false,
    })
  }
}
