/** A command in a container of its own, with the image, environment and networks of a service. */
export interface OneOff {
  service: string
  /** Words as they are, for no shell reads them. */
  run: string[]
  /** How long it may take, in seconds. */
  within: number
}

/** What is run once before hosts change. */
export interface StepRule extends OneOff {
  /** Patterns (see `glob`) of files that take something away from older releases when they change. */
  contract?: string[]
}

/** The label of a pull request that says so of what it brings. */
export const contractLabel = 'landfall:contract'
