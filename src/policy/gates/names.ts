const most = 8

/** `a, b and c`, each once; of many the first eight and how many more there are. */
export function namesText(names: readonly string[], last = 'and'): string {
  const each = [...new Set(names)]
  const shown = each.length > most ? [...each.slice(0, most), `${each.length - most} more`] : each
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`
}

/** Whether two logins are the same person's: GitHub does not tell their letters apart by case. */
export const samePerson = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
