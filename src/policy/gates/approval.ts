import type { ApprovalRule, Verdict } from '../../domain/gate.ts'
import { type Reason, reason } from '../../domain/reason.ts'
import type { Sha } from '../../domain/repository.ts'
import { reaches } from '../../domain/role.ts'
import { type Decision, open, refused, waiting } from './decision.ts'
import { namesText, samePerson } from './names.ts'

/** What somebody said, and who they were in the repository at that moment. */
export type Vote = Pick<Verdict, 'person' | 'role' | 'teams' | 'verdict' | 'revision' | 'content' | 'reason'>

export interface ApprovalFacts {
  rule: ApprovalRule
  environment: string
  /** What would be deployed now. */
  revision: Sha
  /** Fingerprint of it: digests, Compose, hosts. */
  content: string
  /** Oldest first, those for something older too. */
  votes: readonly Vote[]
  /** Logins of all who wrote the change: of its commits, their co-authors, and of its pull request. An address is nobody's login. */
  authors: readonly string[]
  /** Who moved the branch to this commit. */
  lastPusher?: string
  /** Why it is not known of everybody whose change it is, as `nobody, …`; for people. Then the change may be anybody's who approves. */
  untold?: string
}

/**
 * Enough of the right people, who may all write to the repository, approved exactly this commit with exactly this content. One of
 * them who rejects it ends it. Where the author may not approve, neither may a co-author, nor who pushed last; a change of which
 * nobody knows who made it is then approved by nobody.
 */
export function approval(facts: ApprovalFacts): Decision {
  const { rule, environment, votes, revision, content } = facts
  const rejection = rejected(facts)
  if (rejection) return refused(rejection)

  const current = votes.filter((vote) => vote.revision === revision && vote.content === content)
  const approving = people(current.filter(({ verdict }) => verdict === 'approve'))
  const counted = people(current.filter((vote) => vote.verdict === 'approve' && mayApprove(vote, facts)))
  const found = { environment, required: String(rule.count), found: String(counted.length), people: namesText(counted) }
  if (counted.length >= rule.count) return open(found)

  const excluded = excludedBy(facts)
  const evidence = {
    ...found,
    void: voidText(
      people(votes.filter((vote) => vote.verdict === 'approve' && !has(approving, vote.person))),
      approving.filter((person) => !has(counted, person)),
    ),
    from: nobodyKnown(facts) ? (facts.untold ?? nobody) : whoMay(rule, [...counted, ...excluded]),
    except: exceptText(facts),
  }
  return waiting(reason('approval-missing', evidence))
}

/** Why it must not go: somebody who may write to the repository rejected exactly this. */
export function rejected({ environment, votes, revision, content }: Omit<ApprovalFacts, 'rule' | 'authors'>): Reason | undefined {
  const isThis = (vote: Vote) => vote.revision === revision && vote.content === content
  const found = votes.find((vote) => vote.verdict === 'reject' && isThis(vote) && reaches(vote.role, 'write'))
  return found && reason('rejected-by', { environment, person: found.person, reason: found.reason ?? '' })
}

/** Somebody, as far as it counts for whether they may approve. */
export type Speaker = Pick<Vote, 'person' | 'role' | 'teams'>

/** The rule, and whose change it is. */
type Change = Pick<ApprovalFacts, 'rule' | 'authors' | 'lastPusher' | 'untold'>

/** Why somebody's approval would not count, for people; undefined where it would. */
export function whyNotTheirs(vote: Speaker, facts: Change): { because: string; from: string; except: string } | undefined {
  if (mayApprove(vote, facts)) return undefined
  const excluded = excludedBy(facts)
  return {
    because: has(excluded, vote.person) ? 'the change is theirs, or they pushed last' : '',
    from: nobodyKnown(facts) ? (facts.untold ?? nobody) : whoMay(facts.rule, excluded),
    except: exceptText(facts),
  }
}

function mayApprove({ person, role, teams }: Speaker, facts: Change): boolean {
  const { by } = facts.rule
  if (!reaches(role, 'write') || nobodyKnown(facts) || has(excludedBy(facts), person)) return false
  return by.length === 0 || by.some((entry) => (isTeam(entry) ? has(teams, slugOf(entry)) : samePerson(entry, person)))
}

/** Those who may not approve because the change is theirs. */
function excludedBy({ rule, authors, lastPusher }: Change): string[] {
  if (!rule.notAuthor) return []
  const logins = authors.filter((author) => !author.includes('@'))
  return distinct(lastPusher === undefined ? logins : [...logins, lastPusher])
}

const nobody = 'nobody, as GitHub does not tell who made the change'

/** Those to whom what is said of teams and of everybody does not apply. */
const exceptText = (facts: Change): string =>
  namesText(!nobodyKnown(facts) && (facts.rule.by.length === 0 || facts.rule.by.some(isTeam)) ? excludedBy(facts) : [])

const nobodyKnown = (facts: Change): boolean => facts.rule.notAuthor && (facts.untold !== undefined || excludedBy(facts).length === 0)

/** `octocat or somebody of team ops`, without those who cannot (any more). */
function whoMay({ by }: ApprovalRule, without: readonly string[]): string {
  if (by.length === 0) return 'anybody with write access'
  const left = by.filter((entry) => isTeam(entry) || !has(without, entry))
  if (left.length === 0) return 'nobody who is left; more people have to be named under `approve`'
  return namesText(
    left.map((entry) => (isTeam(entry) ? `somebody of team ${slugOf(entry)}` : entry)),
    'or',
  )
}

/** Why approvals that were given do not count. */
function voidText(older: readonly string[], others: readonly string[]): string {
  const texts = [
    older.length > 0 ? `${namesText(older)} approved something older` : '',
    others.length > 0 ? `${namesText(others)} may not approve this` : '',
  ]
  return texts.filter((text) => text !== '').join('; ')
}

const people = (votes: readonly Vote[]): string[] => distinct(votes.map(({ person }) => person))

const distinct = (logins: readonly string[]): string[] => logins.filter((login, index) => !has(logins.slice(0, index), login))

const has = (logins: readonly string[], login: string): boolean => logins.some((each) => samePerson(each, login))

const isTeam = (entry: string): boolean => entry.startsWith('team:')

const slugOf = (entry: string): string => entry.slice('team:'.length)
