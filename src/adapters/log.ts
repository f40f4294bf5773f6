import { destination, type Logger, pino } from 'pino'
import type { Log } from '../flow/ports.ts'

/** Fields that may carry credentials in objects of other libraries. Landfall's own secrets mask themselves by type. */
const masked = [
  '*.headers.authorization',
  '*.request.headers.authorization',
  'error.request.headers.authorization',
  '*.privateKey',
  '*.password',
]

const options = { base: {}, redact: { paths: masked, censor: '[secret]' }, serializers: { error: pino.stdSerializers.err } }

/** One JSON object a line on standard output; the collector of the machine keeps it. */
export const createLogger = (level: string): Logger => pino({ level, ...options })

/** The same on standard error, where standard output is for people. */
export const createErrorLogger = (): Logger => pino({ level: 'error', ...options }, destination(2))

/** The port over pino: message first, data in fields. */
export const logPort = (logger: Logger): Log => ({
  info: (message, fields = {}) => logger.info(fields, message),
  warn: (message, fields = {}) => logger.warn(fields, message),
  error: (message, fields = {}) => logger.error(fields, message),
})
