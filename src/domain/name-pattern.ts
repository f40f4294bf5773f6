/**
 * Whether every name the second pattern stands for, the first stands for too. A pattern is a name, or its beginning
 * and `*`; a name is the pattern of itself alone.
 */
export function covers(pattern: string, other: string): boolean {
  return pattern.endsWith('*') ? other.startsWith(pattern.slice(0, -1)) : other === pattern
}

/** Whether some name belongs to both. With the star at the end only, that is when one covers the other. */
export const overlaps = (one: string, other: string): boolean => covers(one, other) || covers(other, one)
