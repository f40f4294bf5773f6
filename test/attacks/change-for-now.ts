import type { OperatorText } from '../lab/landfall/town.ts'
import type { AttackedTown } from './town.ts'

/** Changes the operator's file; resolves to what makes it as it was. */
export async function changeForNow(town: AttackedTown, change: (operator: OperatorText) => void): Promise<() => Promise<void>> {
  let usual: OperatorText | undefined
  await town.changeOperator((operator) => {
    usual = structuredClone(operator)
    change(operator)
  })
  return () =>
    town.changeOperator((operator) => {
      for (const key of Object.keys(operator)) if (!Object.hasOwn(usual ?? {}, key)) delete operator[key]
      Object.assign(operator, usual)
    })
}
