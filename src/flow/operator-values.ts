import { unwritable } from '../config/dotenv.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { OperatorSecrets } from '../policy/operator-secrets.ts'
import { type Ports, SecretUnavailable } from './ports.ts'

/** A value that cannot be had now. `passing`: asking again may help. */
export interface Unavailable {
  kind: 'unavailable'
  reason: Reason
  passing: boolean
}

/** The values that the operator's file leads to, read at this moment; or of the first that cannot be read, why. */
export async function operatorValues(
  { references }: OperatorSecrets,
  environment: string,
  { secrets }: Pick<Ports, 'secrets'>,
): Promise<{ kind: 'ok'; value: Map<string, string> } | Unavailable> {
  const read = await Promise.all(
    // In an order of their own: where the operator's file is put in order, nothing has changed.
    Object.entries(references)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(async ([name, reference]) => {
        try {
          const value = (await secrets(reference)).reveal()
          const unfit = unwritable(name, value)
          if (unfit === undefined) return { name, value }
          throw new SecretUnavailable("the operator's file", unfit, false)
        } catch (error) {
          if (!(error instanceof SecretUnavailable)) throw error
          return { name, error }
        }
      }),
  )
  for (const one of read) if ('error' in one && one.error) return unavailable(environment, one.name, one.error)
  return { kind: 'ok', value: new Map(read.flatMap((one) => ('value' in one && one.value !== undefined ? [[one.name, one.value]] : []))) }
}

const unavailable = (environment: string, name: string, { reference, why, passing }: SecretUnavailable): Unavailable => ({
  ...{ kind: 'unavailable', passing },
  reason: reason('secret-unavailable', { environment, name, reference, why }),
})
