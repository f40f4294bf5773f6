import type { Draft } from '../domain/plan.ts'
import { code, plain } from './markdown.ts'

/** What a pull request tells of a project that is taken over. No value of any variable is for this room to know. */
export interface AdoptionRequest {
  /** Of the Compose project. */
  name: string
  folder: string
  host: string
  environment: string
  /** Name of the operating system's user who asked for it. */
  user: string
  draft: Draft
  /** Services whose image had no fixed name. */
  pinned: readonly string[]
  /** Files of the repository that said something else. */
  replaced: readonly string[]
  /** Names of `.env` that are for Compose itself. */
  leftOut: readonly string[]
  /** Names of variables that were encrypted. */
  values: ReadonlyMap<string, unknown>
}

/** Title and body of the pull request. */
export function adoptionRequest(request: AdoptionRequest): { title: string; body: string } {
  const { name, folder, host, environment, user, draft, pinned, replaced, leftOut, values } = request
  const notes = [
    values.size > 0 &&
      `${code('.env')} is here, encrypted for this Landfall (${values.size === 1 ? '1 value' : `${values.size} values`}); nobody can read it here.`,
    leftOut.length > 0 && `Left out of it, since Landfall sees to that itself: ${leftOut.map(code).join(', ')}.`,
    pinned.length > 0 &&
      `${pinned.map(code).join(', ')} had no fixed image. It is now the one that runs, by its digest; write a version when you change it.`,
    replaced.length > 0 && `The repository had something else in ${replaced.map(code).join(', ')}. What is proposed is what runs.`,
    `Landfall writes ${code('.env')} anew there, with the same values; the old one stays as ${code('.env.before-landfall')}. It writes no other file but those of this repository.`,
    'From the merge on changes come by pull requests. There is no release before this one to go back to; `docker compose` in the folder works as before.',
  ].filter((note) => note !== false)
  return {
    title: `Let Landfall look after ${name} on ${host}`,
    body: [
      `Asked for by ${plain(user)} with ${code('landfall adopt')}. ${plain(name)} runs on ${plain(host)}, in ${code(folder)}, and stays there: the same containers, volumes and folder, as ${plain(environment)}.`,
      restartsText(draft),
      notes.map((note) => `- ${note}`).join('\n'),
    ].join('\n\n'),
  }
}

/** What people fear most, first. Markdown. */
function restartsText({ services }: Draft): string {
  const moved = services.filter(({ change }) => change !== 'untouched')
  if (moved.length === 0) return '**0 services restart.** Merging changes nothing but who looks after them.'
  const rows = moved.map(({ name, change, because }) => `- ${code(name)} is ${change}: ${plain(because.join(' and '))}`)
  return [`**${moved.length} of ${services.length} services do not keep their containers** when this is merged:`, '', ...rows].join('\n')
}

/** The same for a terminal. */
export function restartLines({ services }: Draft): string[] {
  const moved = services.filter(({ change }) => change !== 'untouched')
  if (moved.length === 0) return ['0 services restart.']
  return moved.map(({ name, change, because }) => `${name} will be ${change}: ${because.join(' and ')}.`)
}
