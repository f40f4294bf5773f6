/**
 * PostgreSQL's codes for what passes: connections (08), too little of everything, sessions and disk included (53), a server that
 * stops or starts (57P01-03), a standby that is not the primary yet (25006), waits that took too long (57014, 55P03, 25P03), two
 * transactions that were in each other's way (40001, 40P01), a file system that fails (58030).
 */
const postgresCode = /^(08...|53...|57P0[123]|25006|57014|55P03|25P03|40001|40P01|58030)$/

/**
 * SQLite's: busy and locked (5, 6), no memory (7), a file system that became read-only after an error (8), input and output (10),
 * full (13), a file that cannot be opened (14). Extended codes carry them in their low byte.
 */
const sqliteCodes = new Set([5, 6, 7, 8, 10, 13, 14])

/** Whether waiting may mend what a database complains about. */
export function databasePasses(error: object): boolean {
  const code = 'code' in error ? error.code : undefined
  if (code === 'ERR_SQLITE_ERROR') return 'errcode' in error && typeof error.errcode === 'number' && sqliteCodes.has(error.errcode & 0xff)
  return typeof code === 'string' && postgresCode.test(code)
}
