import type { Problem } from '../domain/problem.ts'
import { type Repository, type Sha, shortSha } from '../domain/repository.ts'
import { annotationsOf } from './annotations.ts'
import { commitUrl, fileUrl } from './links.ts'
import { code, link, marker, sentence } from './markdown.ts'
import type { CheckReport, CommitStatus } from './published.ts'
import { checkRoom, fitted, type Section } from './sections.ts'
import { cut, description, oneLine, unticked } from './text.ts'

/** The commit whose files are wrong. */
export interface Source {
  /** GitHub's address without a slash at the end. */
  github: string
  repository: Repository
  revision: Sha
  /** Whether other projects of the repository, whose files are good, are deployed all the same. */
  othersGo: boolean
}

/** GitHub refuses comments over 65,536 characters; the rest is for the last line. */
const commentRoom = 60_000

/**
 * The red check `Landfall configuration` on a commit whose files cannot be used, with every problem at its line. It leads to the first
 * one. A dot beside it would cost a second request and say less.
 *
 * @param intent by which the check is found again
 */
export function configurationCheck(source: Source, problems: readonly Problem[], intent: string): CheckReport {
  const [first] = problems
  return {
    name: 'Landfall configuration',
    revision: source.revision,
    externalId: intent,
    state: 'failure',
    title: cut(unticked(titleOf(problems)), 200),
    summary: fitted(sectionsOf(source, problems), checkRoom),
    ...(first && { detailsUrl: urlOf(source, first) }),
    buttons: [],
    annotations: annotationsOf(problems),
  }
}

/** The red dot `landfall/configuration`, where the App may not write checks: the first problem, with the way to its line. */
export function configurationStatus(source: Source, problems: readonly Problem[]): CommitStatus {
  const [first] = problems
  return {
    revision: source.revision,
    context: 'landfall/configuration',
    state: 'failure',
    description: description(titleOf(problems)),
    ...(first && { url: urlOf(source, first) }),
  }
}

function titleOf(problems: readonly Problem[]): string {
  const [first] = problems
  const text = first ? `${placeOf(first)}: ${oneLine(first.what)}` : 'The configuration cannot be used'
  return problems.length > 1 ? `${problems.length} problems, first ${text}` : text
}

/** The comment listing every problem with its place and what to do. `name` marks it, so that it is edited later on. */
export const configurationComment = (source: Source, problems: readonly Problem[], name: string): string =>
  [
    marker(name),
    '### Landfall cannot use this configuration\n',
    fitted(sectionsOf(source, problems), commentRoom),
    '\nPush a correction and Landfall reads it again.',
  ].join('\n')

function sectionsOf(source: Source, problems: readonly Problem[]): Section[] {
  const commit = link(code(shortSha(source.revision)), commitUrl(source.github, source.repository, source.revision))
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const rest = source.othersGo
    ? 'Of these projects nothing was deployed; the others go their way.'
    : 'Nothing was deployed and nothing was touched.'
  const head = `${commit} has ${count}. ${rest}\n`
  return [{ head, rows: problems.map((problem) => problemItem(source, problem)) }]
}

function problemItem(source: Source, problem: Problem): string {
  const path = problem.path ? ` ${code(cut(problem.path, 200))}:` : ''
  return `- ${link(code(placeOf(problem)), urlOf(source, problem))}${path} ${sentence(problem.what, 800)}\n  ${sentence(problem.remedy, 400)}`
}

/** `compose.yml:12:14` */
const placeOf = ({ file, line, column }: Problem): string => (line === undefined ? file : `${file}:${line}:${column ?? 1}`)

const urlOf = ({ github, repository, revision }: Source, { file, line }: Problem): string =>
  fileUrl(github, repository, revision, file, line)
