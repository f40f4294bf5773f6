/** Finished HTML: made by the `html` tag, which escapes whatever is put into it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template. Strings are escaped; lists are joined; what is absent shows as nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[]

/** The only way to HTML: the template is ours, everything put into it is escaped, in text and in quoted attributes alike. */
export function html(template: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(template.map((piece, index) => piece + (index < parts.length ? shown(parts[index]) : '')).join(''))
}

/** An address for `href`; undefined for what is no web address, such as `javascript:`. */
export function webAddress(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const parsed = URL.parse(url)
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : undefined
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function shown(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'object') return part.map(shown).join('')
  return String(part).replace(/[&<>"']/g, (mark) => entities[mark] ?? '')
}
