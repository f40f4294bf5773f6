import { z } from 'zod'

/**
 * One schema for every field of T, the optional ones included. An object schema written `satisfies Shape<T>` cannot forget
 * a field that the domain gains later; it would be dropped from the database without a sound.
 */
export type Shape<T> = { [Field in keyof T]-?: z.ZodType<Exclude<T[Field], undefined>> }

export const sha = z.string().regex(/^[0-9a-f]{40}$/, 'not a full commit id')
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'not a digest')
export const instant = z.iso.datetime()
/** Text of a column of its own: PostgreSQL has no way to hold NUL. */
export const text = z.string().refine((value) => !value.includes('\0'), 'holds a NUL character')
/** What keys and indexes are made of: PostgreSQL takes 2,704 bytes of them, and one row too many would fail its whole group. */
export const name = text.min(1).refine((value) => Buffer.byteLength(value) <= 2000, 'is longer than 2,000 bytes')
export const count = z.int().nonnegative()
