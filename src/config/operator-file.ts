export { parseOperatorFile } from './operator/understand.ts'
