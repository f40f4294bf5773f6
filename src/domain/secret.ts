/**
 * A value that must never be printed: string conversion, JSON and inspection all show a mask.
 * `reveal` is the only way in; call it where the bytes leave for their one rightful place.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
