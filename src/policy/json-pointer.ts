/** What stands at a JSON pointer (RFC 6901) in a text; the whole of it without one. Undefined where there is no JSON, or nothing there. */
export function valueAt(text: string, pointer = ''): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
