/**
 * What may be woken: a kind, and mostly an id: `repository:acme/shop`, `deployment:4f1c…`, `reports`. Nothing else is ever taken
 * out of the queue; what the subject stands for is read from the database.
 */
const subject = /^[a-z][a-z-]{0,31}(:[A-Za-z0-9][A-Za-z0-9._@/-]{0,255})?$/

export const isSubject = (value: unknown): value is string => typeof value === 'string' && subject.test(value)

/** Throws where the subject is none: a bug in the caller, that would be dropped in silence at the other end. */
export function checkSubject(value: string): void {
  if (!isSubject(value)) throw new TypeError(`queue: ${JSON.stringify(value)} is no subject to wake`)
}
