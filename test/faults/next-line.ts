import type { LogLine } from '../lab/landfall/process.ts'
import type { Town } from '../lab/landfall/town.ts'

/** The next line of Landfall's log that fits. */
export function nextLine({ scenario: { landfall } }: Town, fits: (line: LogLine) => boolean, seconds = 30): Promise<LogLine> {
  const seen = landfall.log.length
  return landfall.logged((line) => fits(line) && landfall.log.indexOf(line) >= seen, seconds)
}
