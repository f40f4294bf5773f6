export { projectFilePath } from '../domain/configuration.ts'
export { parseProjectFile } from './project/understand.ts'
