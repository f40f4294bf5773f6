/** Every way in which a text might lie somewhere: as it is, in JSON, in a URL, in hexadecimal, in base64 at each of its three beginnings. */
export function spellingsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const inBase64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // The first and last characters hold bits of neighbours.
    return whole.slice(offset === 0 ? 0 : offset + 1, -4)
  })
  return [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), bytes.toString('hex'), ...inBase64])]
}
