/** Text from outside as both databases take it: PostgreSQL refuses the NUL characters that a program's output may hold. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD')
