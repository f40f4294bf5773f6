import { type Problem, problemText } from './problem.ts'

/**
 * Why something waits, failed or was refused: a closed list, each worded once, each with what people can do.
 * Evidence is plain data, stored with the deployment; it never holds a secret.
 */
export interface Reason {
  code: ReasonCode
  evidence: Record<string, string>
  /** What `evidence.problems` says line by line, with its places: they are shown beside those lines of the files. */
  problems?: Problem[]
}

interface Wording {
  sentence: (evidence: Record<string, string>) => string
  remedy: (evidence: Record<string, string>) => string
  /** Whether Landfall tries again by itself. */
  retryable: boolean
}

const wordings = {
  'image-missing': {
    sentence: (e) => `No image ${e.image} in the registry yet`,
    remedy: (e) => `Waiting until ${e.deadline} for the build to push it. If the build failed, fix it and push again`,
    retryable: true,
  },
  'image-never-came': {
    sentence: (e) => `Image ${e.image} did not appear in the registry within ${e.within}`,
    remedy: () => 'Look at the build, push the image, then push again or revert',
    retryable: false,
  },
  'registry-busy': {
    sentence: (e) => `The registry ${e.registry} asks to wait before it tells of ${e.image}: ${e.detail}`,
    remedy: () => "Waiting as long as it asks. A login for it in the operator's file usually raises its limit",
    retryable: true,
  },
  'registry-failed': {
    sentence: (e) => `The registry ${e.registry} did not serve ${e.image}: ${e.detail}`,
    remedy: () => "Check the registry and its credentials in the operator's file; then push again",
    retryable: false,
  },
  'platform-missing': {
    sentence: (e) => `Image ${e.image} is not built for ${e.platform}, which ${e.host} needs; it offers ${e.offered}`,
    remedy: () => 'Build the image for that platform as well, or take the host off the list',
    retryable: false,
  },
  'configuration-invalid': {
    sentence: (e) => `The configuration cannot be used:\n${e.problems}`,
    remedy: () => 'Correct it and push again; nothing was touched',
    retryable: false,
  },
  'compose-invalid': {
    sentence: (e) => `The Compose file cannot be deployed:\n${e.problems}`,
    remedy: () => 'Correct it and push again; nothing was touched',
    retryable: false,
  },
  'not-allowed': {
    sentence: (e) => `Refused by the operator's rules:\n${e.problems}`,
    remedy: () => "Ask the operator of this Landfall to allow it in the operator's file, or do without",
    retryable: false,
  },
  'host-unreachable': {
    sentence: (e) => `Host ${e.host} cannot be reached: ${e.detail}`,
    remedy: () => 'Check that the machine and its sshd run; then push again',
    retryable: true,
  },
  'host-key-changed': {
    sentence: (e) => `Host ${e.host} showed another host key than the pinned one (${e.shown}); no command was sent`,
    remedy: () => "If the machine was rebuilt, pin its new key in the operator's file. If not, somebody may be listening in",
    retryable: false,
  },
  'host-not-ready': {
    sentence: (e) => `Host ${e.host} is not ready for Landfall: ${e.detail}`,
    remedy: () => 'Run `landfall host bootstrap` for it, then push again',
    retryable: false,
  },
  'host-refused': {
    sentence: (e) => `Host ${e.host} refused ${e.step}: ${e.detail}`,
    remedy: () => "See the deployment's log; the host was left as it was",
    retryable: false,
  },
  'host-held': {
    sentence: (e) => `An administrator holds ${e.project} on host ${e.host}: ${e.detail}`,
    remedy: () => 'Run `landfall-shell release` on the host when it may be deployed to again',
    retryable: false,
  },
  'hosts-differ': {
    sentence: (e) => `An administrator went back on ${e.host}, and the hosts of ${e.environment} differ now: ${e.hosts}`,
    remedy: (e) =>
      `Go back on the others as well, with \`landfall-shell rollback\` there. Or run \`landfall-shell release\` and bring all of them to one release: \`/retry ${e.environment}\` to the older one, a newer commit to that`,
    retryable: false,
  },
  'generation-behind': {
    sentence: (e) => `Host ${e.host} has seen generation ${e.host_generation}, Landfall knows only ${e.generation}`,
    remedy: () => 'The database was restored from an older copy: run `landfall recover` to go on from what the hosts know',
    retryable: false,
  },
  'order-outdated': {
    sentence: (e) => `Host ${e.host} follows a newer order than ${e.step}: ${e.detail}`,
    remedy: () =>
      "Nothing more was done there. Either Landfall's database was restored from an older copy, then run `landfall recover`, or another Landfall works with the same keys",
    retryable: false,
  },
  'pull-failed': {
    sentence: (e) => `Host ${e.host} could not pull the images: ${e.detail}`,
    remedy: () => 'Nothing was stopped anywhere. Check registry, credentials and disk space of the host; then push again',
    retryable: false,
  },
  'switch-failed': {
    sentence: (e) => `Host ${e.host} could not start the release: ${e.detail}`,
    remedy: () => 'Read the log, correct the Compose file or the image and push again',
    retryable: false,
  },
  'verification-failed': {
    sentence: (e) => `Service ${e.service} on ${e.host} was not proved: ${e.detail}`,
    remedy: () => 'Read its last log lines in the log, correct it and push again',
    retryable: false,
  },
  'soak-failed': {
    sentence: (e) => `Service ${e.service} on ${e.host} was well at first and is not any more: ${e.detail}`,
    remedy: () =>
      'Landfall goes no further back by itself. Look at it now; `/rollback` goes one release further back, a newer commit forward',
    retryable: false,
  },
  'return-failed': {
    sentence: (e) => `The way back failed on ${e.host}: ${e.detail}`,
    remedy: () => 'Look at the host now: `landfall-shell status` there shows what runs',
    retryable: false,
  },
  'first-release-failed': {
    sentence: (e) => `The first release of ${e.environment} failed on ${e.host}, and there is none before it to go back to`,
    remedy: () => 'Read the log, correct it and push again; what was started was left for you to look at',
    retryable: false,
  },
  'nothing-to-return-to': {
    sentence: (e) => `There is no earlier verified release of ${e.environment} to go back to`,
    remedy: () => 'Revert the commit and push: that deploys like any change',
    retryable: false,
  },
  'release-unknown': {
    sentence: (e) => `No release of that name was ever verified on ${e.environment}`,
    remedy: (e) => `The newest that were: ${e.known}`,
    retryable: false,
  },
  'cancelled-by': {
    sentence: (e) => `Cancelled by ${e.person}`,
    remedy: (e) => `Nothing was changed on any host. To try it after all: \`/retry ${e.environment}\``,
    retryable: false,
  },
  overtaken: {
    sentence: (e) => `Overtaken by ${e.by}`,
    remedy: () => 'Nothing to do: the newer one brings this change too',
    retryable: false,
  },
  'database-restored': {
    sentence: (e) => `Landfall's database was lost or is an older copy: hosts went on to generation ${e.generation}`,
    remedy: () => 'Look at what runs there; where a change is missing, push again',
    retryable: false,
  },
  'checks-pending': {
    sentence: (e) => `Waiting for checks: ${e.checks}`,
    remedy: (e) => `Waiting until ${e.deadline} for them to be green; a red one ends the waiting at once`,
    retryable: true,
  },
  'checks-ahead': {
    sentence: (e) => `Checks will have to be green: ${e.checks}`,
    remedy: () => 'They are waited for once it is merged; a red one ends the waiting at once',
    retryable: true,
  },
  'promotion-ahead': {
    sentence: (e) => `${e.after} has to verify it before ${e.environment}`,
    remedy: (e) => `It goes on by itself once ${e.after} has; what fails there never comes to ${e.environment}`,
    retryable: true,
  },
  'checks-failed': {
    sentence: (e) => `Checks are red: ${e.checks}`,
    remedy: () => 'Correct it and push again; or, where the check itself was at fault, run it again and then `/retry`',
    retryable: false,
  },
  'checks-missing': {
    sentence: (e) => `Checks that have to be green never came: ${e.checks}`,
    remedy: () => 'See why they do not run for this commit, or take them off the list of `checks`; then push again',
    retryable: false,
  },
  'checks-unfinished': {
    sentence: (e) => `Checks were not finished by ${e.deadline}: ${e.checks}`,
    remedy: () => 'See what holds them up; once they are green, `/retry`',
    retryable: false,
  },
  'window-closed': {
    sentence: (e) => `${e.environment} is not deployed to now: ${e.windows}`,
    remedy: (e) => `Goes on by itself on ${e.opens}. Rollbacks pass`,
    retryable: true,
  },
  'window-never-opens': {
    sentence: (e) => `${e.environment} is never deployed to: its windows leave no minute open (${e.windows})`,
    remedy: () => "Correct `windows`, or ask the operator about those of the operator's file",
    retryable: false,
  },
  'approval-missing': {
    sentence: (e) =>
      `${e.environment} waits for approval: ${e.required} required, ${e.found} found${e.people && ` (${e.people})`}${e.void && `; ${e.void}`}`,
    remedy: (e) => `May approve with \`/approve ${e.environment}\`: ${e.from}${e.except && `, but not ${e.except}`}`,
    retryable: true,
  },
  'approval-not-theirs': {
    sentence: (e) => `${e.person} may not approve ${e.commit} for ${e.environment}${e.because && `: ${e.because}`}`,
    remedy: (e) => `May approve with \`/approve ${e.environment}\`: ${e.from}${e.except && `, but not ${e.except}`}`,
    retryable: false,
  },
  'approval-outdated': {
    sentence: (e) => `What waits for ${e.environment} is not what was shown when ${e.person} wrote this`,
    remedy: (e) => `Look at it as it is now (${e.commit}), and say it again`,
    retryable: false,
  },
  'rejected-by': {
    sentence: (e) => `Rejected by ${e.person}${e.reason && `: ${e.reason}`}`,
    remedy: () => 'Talk to them; then push again, or `/retry` to ask once more',
    retryable: false,
  },
  locked: {
    sentence: (e) =>
      `${e.environment} is locked by ${e.person}${e.pullRequest && ` for ${e.pullRequest}`} since ${e.since}${e.reason && `: ${e.reason}`}`,
    remedy: (e) =>
      `Goes on by itself ${e.until ? `at ${e.until}, or ` : ''}after \`/unlock\`${e.others && `; locked by ${e.others} too`}. Rollbacks pass`,
    retryable: true,
  },
  quarantined: {
    sentence: (e) => `${e.commit} ${e.because} on ${e.environment} at ${e.at} and is not brought again by itself`,
    remedy: (e) => `Push a newer commit. To bring this very one: \`/deploy ${e.environment} ${e.revision} --again\``,
    retryable: false,
  },
  'quarantine-asks': {
    sentence: (e) => `${e.commit} ${e.because} on ${e.environment} at ${e.at}`,
    remedy: (e) => `To bring it all the same, say so: \`/deploy ${e.environment} ${e.revision} --again\``,
    retryable: false,
  },
  'promotion-pending': {
    sentence: (e) => `Waiting until ${e.commit} is verified on ${e.after}`,
    remedy: (e) => `Goes on by itself as soon as ${e.after} is; if it fails there, this is refused`,
    retryable: true,
  },
  'promotion-missing': {
    sentence: (e) => `${e.commit} was never verified on ${e.after}, which comes before ${e.environment}${e.image && ` (image ${e.image})`}`,
    remedy: (e) =>
      `Bring it there first: \`/deploy ${e.after} ${e.revision}\`, then \`/promote ${e.environment}\`. An emergency: \`/rollback\``,
    retryable: false,
  },
  'promotion-quarantined': {
    sentence: (e) => `${e.tried} failed or was rolled back on ${e.after}, which comes before ${e.environment}`,
    remedy: (e) => `Push a correction; it goes to ${e.after} first`,
    retryable: false,
  },
  'promotion-environment-gone': {
    sentence: (e) => `${e.environment} comes after ${e.after}, which does not exist any more`,
    remedy: (e) =>
      `Put ${e.after} back, take it out of \`after\` of ${e.environment} in a change that goes through it, and remove it in the next one`,
    retryable: false,
  },
  'project-differs': {
    sentence: (e) => `${e.commit} calls the project ${e.theirs}, and it is ${e.project} now`,
    remedy: () => 'Deploy a commit since it was renamed: another name would be another project beside this one on the hosts',
    retryable: false,
  },
  'nothing-before': {
    sentence: (e) => `${e.environment} comes after no other environment, so nothing is promoted to it`,
    remedy: (e) => `To deploy the newest commit of its branch: \`/deploy ${e.environment}\``,
    retryable: false,
  },
  'nothing-verified-before': {
    sentence: (e) => `${e.after} has verified nothing yet that could be promoted to ${e.environment}`,
    remedy: (e) => `Deploy to ${e.after} first`,
    retryable: false,
  },
  'promotion-not-opened': {
    sentence: (e) => `GitHub opened no pull request from ${e.head} into ${e.base}: ${e.why}`,
    remedy: () => 'Open it by hand, or see what GitHub says',
    retryable: false,
  },
  'no-pull-request': {
    sentence: () => 'This is no open pull request, so there is nothing to merge',
    remedy: () => 'Write `/plan` in the pull request; what waits already is told by `/status`',
    retryable: false,
  },
  'deployment-unknown': {
    sentence: () => 'There is no such deployment in this repository',
    remedy: () => '`/status` tells what there is',
    retryable: false,
  },
  'deployment-outdated': {
    sentence: (e) => `There is a newer deployment of ${e.environment} than this one`,
    remedy: (e) => `Look at the newest, or write \`${e.command}\` in a comment`,
    retryable: false,
  },
  'commit-unknown': {
    sentence: (e) => `There is no commit ${e.revision} here`,
    remedy: () => 'Name one by at least 7 of its digits',
    retryable: false,
  },
  'commit-not-followed': {
    sentence: (e) => `${e.commit} is not part of ${e.source}, which ${e.environment} follows`,
    remedy: () => 'Merge it first; only what the environment follows is deployed to it',
    retryable: false,
  },
  'environment-unknown': {
    sentence: (e) =>
      `There is no environment ${e.environment}${e.meant === undefined ? '' : ` (did you mean ${e.meant}?)`}; there are ${e.known}`,
    remedy: () => 'Name one of these',
    retryable: false,
  },
  'environment-not-named': {
    sentence: (e) => `${e.command} does not say which environment; there are ${e.known}`,
    remedy: (e) => `Name one of these, such as ${e.example}`,
    retryable: false,
  },
  'command-mistaken': {
    sentence: (e) => `${e.written}: ${e.what}`,
    remedy: (e) => `${e.remedy}`,
    retryable: false,
  },
  'person-not-allowed': {
    sentence: (e) => `${e.person} may not do this: it needs ${e.least ?? 'write'} access and ${e.person} has ${e.permission}`,
    remedy: (e) => `Ask somebody with ${e.least ?? 'write'} access to the repository`,
    retryable: false,
  },
  internal: {
    sentence: (e) => `Landfall itself failed in ${e.component}`,
    remedy: (e) => `This is a bug or a broken part of its machine; its log has the details under ${e.reference}`,
    retryable: false,
  },
} satisfies Record<string, Wording>

export type ReasonCode = keyof typeof wordings

export const reasonCodes = Object.keys(wordings) as ReasonCode[]

/** A reason with its evidence. */
export const reason = (code: ReasonCode, evidence: Record<string, string> = {}): Reason => ({ code, evidence })

/** Why what somebody wrote cannot be used: everything that is wrong with it, at its place. */
export const problemsReason = (code: 'configuration-invalid' | 'compose-invalid' | 'not-allowed', problems: Problem[]): Reason => ({
  ...reason(code, { problems: problems.map(problemText).join('\n') }),
  problems,
})

/** What is wrong, as one sentence without its full stop. */
export const sentenceOf = ({ code, evidence }: Reason): string => wordings[code].sentence(evidence)

/** What the person can do, without its full stop. */
export const remedyOf = ({ code, evidence }: Reason): string => wordings[code].remedy(evidence)

/** Whether Landfall tries again by itself. */
export const isRetryable = ({ code }: Reason): boolean => wordings[code].retryable

/** The single problems of a reason that carries several, each on its line; of others the sentence itself. */
export const problemLines = (given: Reason | undefined): string[] =>
  given === undefined ? [] : (given.evidence.problems?.split('\n') ?? [`${sentenceOf(given)}. ${remedyOf(given)}`])
