declare global {
  interface JSON {
    /** Text that stands in the JSON as it is: https://github.com/tc39/proposal-json-parse-with-source. */
    rawJSON(text: string): unknown
  }
}

/** JSON with BigInts as the numbers they are: GitHub's ids of deliveries take 64 bits. */
export const asJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? JSON.rawJSON(String(inner)) : inner))
