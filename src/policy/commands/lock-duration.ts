const units: readonly [sign: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
]

/** A lock that is shorter is over before anybody reads of it. */
const least = 60
/** A lock that is longer is forgotten; one without an end says so. */
const most = 30 * 86_400

export const durationRemedy = 'Write --for and a number with its unit, from 1m to 30d, such as 30m, 2h or 3d'

/** The seconds a duration such as `30m`, `2h` or `3d` stands for, or what is wrong with it. */
export function lockSeconds(text: string): number | string {
  const [, number, sign] = /^(\d{1,6})([dhm])$/i.exec(text) ?? []
  const unit = units.find(([name]) => name === sign?.toLowerCase())
  if (number === undefined || unit === undefined) return 'is not a duration'
  const seconds = Number(number) * unit[1]
  if (seconds < least) return 'is too short'
  return seconds > most ? 'is too long' : seconds
}
