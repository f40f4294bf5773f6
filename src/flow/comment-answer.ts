import type { CommentRef } from '../domain/intent.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { mostCommands } from '../policy/commands/read-comment.ts'
import type { ReportKey } from './ports.ts'

/** What makes a comment's command known: its place among the commands of that comment, from 0. */
export const commandKey = (repository: string, comment: number, place: number): string => ['comment', repository, comment, place].join(' ')

/** Keys of all the commands a comment can have; the last says that there were too many. */
export const commandKeys = (repository: string, comment: number): string[] =>
  Array.from({ length: mostCommands + 1 }, (_, place) => commandKey(repository, comment, place))

/** Where it is told what becomes of a comment's commands. */
export const commentReports = (
  repository: Repository,
  { id }: CommentRef,
  surfaces: readonly ('reaction' | 'answer')[] = ['reaction', 'answer'],
): ReportKey[] => surfaces.map((surface) => ({ subject: `comment:${fullName(repository)}#${id}`, surface }))
