import { z } from 'zod'
import { reservedName, unwritable } from '../dotenv.ts'
import { message } from '../message.ts'
import { environmentName } from '../project/names.ts'
import { secretReference } from '../secret-reference.ts'

const variableName = z.string().superRefine((name, context) => {
  const notName = unwritable(name, '')
    ? message('this is not the name of a variable', 'Use letters, digits and `_`, such as `DATABASE_PASSWORD`')
    : undefined
  const reserved = reservedName(name)
  const found = notName ?? (reserved && message(reserved.what, reserved.remedy))
  if (found) context.addIssue({ code: 'custom', message: found })
})

/** By environment, and by the name of the variable. There is no `*`: whoever can name an environment of their own would get the values. */
export const secrets = z.record(environmentName, z.record(variableName, secretReference))
