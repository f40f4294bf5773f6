import type { Draft, Plan } from './plan.ts'

/** A container that ran before Landfall came. Whatever stands in its place later, nobody knows what that was made from. */
export interface AdoptedContainer {
  /** The host's name. */
  host: string
  service: string
  /** All 64 digits. */
  id: string
}

/** What ran by hand in a place that Landfall is to look after, so that the first deployment there can leave it alone. */
export interface Adoption {
  /**
   * What deploying the files that were found would be, by the images that ran. Its services are those whose containers are made from just
   * these files; of others nobody knows.
   */
  draft: Draft
  containers: AdoptedContainer[]
}

/** The release that stood there before the first one: no deployment was ever given its generation. */
export const releaseBefore = ({ draft }: Adoption): Plan => ({ ...draft, generation: 0 })
