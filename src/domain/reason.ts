import { momentOf } from './moment.ts'
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
}

/** Evidence holds moments as machines write them. */
const moment = (at = ''): string => momentOf(at, 'minute')

/** A command as somebody would write it; of old reasons nobody kept the environment. */
const command = (verb: string, { environment = '' }: Record<string, string>): string => `\`/${`${verb} ${environment}`.trim()}\``

/** Once what was in the way is gone, the same is tried again: pushing it once more would bring nothing new. */
const thenRetry = (evidence: Record<string, string>): string => `then ${command('retry', evidence)}`

/** How far approval has come: `2 required, 1 found (mona)`. */
export const approvalsFound = (e: Record<string, string>): string =>
  `${e.required} required, ${e.found} found${e.people && ` (${e.people})`}${e.void && `; ${e.void}`}`

/** The way out where the old code does not fit what the new one left behind. */
const forwards = (e: Record<string, string>): string =>
  `The way out is forward: push a correction${e.retry ? `, or ${command('retry', e)}` : ''}. Only if you are sure that the older release still works with the data as it is now: ${overContract(e)}`

const overContract = (e: Record<string, string>): string =>
  e.deploy
    ? `\`/deploy ${e.environment} ${e.deploy} --over-contract\``
    : `\`/rollback ${e.environment}${e.named ? ` to ${e.named}` : ''} --over-contract\``

const isMany = (names = ''): boolean => names.includes(', ')

/** The first of several names. */
const firstOf = (names = ''): string => names.split(/, | and /, 1)[0] ?? ''

const wordings = {
  'image-missing': {
    sentence: (e) => `No image ${e.image} in the registry yet`,
    remedy: (e) => `Waiting until ${moment(e.deadline)} for the build to push it. If the build failed, fix it and push again`,
  },
  'image-never-came': {
    sentence: (e) => `Image ${e.image} did not appear in the registry within ${e.within}`,
    remedy: (e) => `Look at the build and push the image; ${thenRetry(e)}`,
  },
  'registry-busy': {
    sentence: (e) => `The registry ${e.registry} asks to wait before it tells of ${e.image}: ${e.detail}`,
    remedy: () => "Waiting as long as it asks. A login for it in the operator's file usually raises its limit",
  },
  'registry-failed': {
    sentence: (e) => `The registry ${e.registry} did not serve ${e.image}: ${e.detail}`,
    remedy: (e) => `Check the registry and its credentials in the operator's file; ${thenRetry(e)}`,
  },
  'platform-missing': {
    sentence: (e) => `Image ${e.image} is not built for ${e.platform}, which ${e.host} needs; it offers ${e.offered}`,
    remedy: () => 'Build the image for that platform as well, or take the host off the list',
  },
  'configuration-invalid': {
    sentence: (e) => `The configuration cannot be used:\n${e.problems}`,
    remedy: () => 'Correct it and push again; nothing was touched',
  },
  'compose-invalid': {
    sentence: (e) => `The Compose file cannot be deployed:\n${e.problems}`,
    remedy: () => 'Correct it and push again; nothing was touched',
  },
  'secret-unavailable': {
    sentence: (e) => `${e.name} of ${e.environment} cannot be read from ${e.reference}: it ${e.why}`,
    remedy: (e) =>
      e.deadline
        ? `Asked again until ${moment(e.deadline)}. The operator corrects it on Landfall's machine, or in operator.yml`
        : `Nothing was changed on any host. The operator corrects it on Landfall's machine, or in operator.yml; ${thenRetry(e)}`,
  },
  'secrets-changed': {
    sentence: (e) =>
      `${e.names} of ${e.environment} ${isMany(e.names) ? 'come' : 'comes'} from the operator's file and changed since this was planned`,
    remedy: (e) => `Nothing was changed on any host. ${command('retry', e)} plans it anew, with what is there now`,
  },
  'not-allowed': {
    sentence: (e) => `The operator's rules forbid it:\n${e.problems}`,
    remedy: () => "Ask the operator of this Landfall to allow it in the operator's file, or do without",
  },
  'source-not-allowed': {
    sentence: (e) => `${e.environment} may not be deployed from ${e.from}, by the operator's rule only from ${e.allowed}`,
    remedy: () => 'Bring it there, or ask the operator of this Landfall to change `from` in operator.yml',
  },
  'source-elsewhere': {
    sentence: (e) => `${e.environment} follows ${e.theirs}, as the default branch has it, and is not taken by ${e.from}`,
    remedy: (e) => `If it is to follow ${e.branch}, push that change of its \`branch\` to the default branch first; ${thenRetry(e)}`,
  },
  'source-unknown': {
    sentence: (e) => `Whether ${e.environment} follows ${e.from} is not known: ${e.files} cannot be used on the default branch`,
    remedy: (e) => `Correct it there; ${thenRetry(e)}`,
  },
  'host-unreachable': {
    sentence: (e) => `Host ${e.host} cannot be reached: ${e.detail}`,
    remedy: (e) => `Check that the machine and its sshd run; ${thenRetry(e)}`,
  },
  'hosts-away': {
    sentence: (e) => `${e.hosts} ${isMany(e.hosts) ? 'were' : 'was'} away and did not get it`,
    remedy: (e) =>
      `Landfall brings ${isMany(e.hosts) ? 'each' : 'it'} up by itself once it answers again. If it never will, take it off \`hosts\` of ${e.environment}`,
  },
  'host-key-changed': {
    sentence: (e) =>
      `${e.bastion ? `Bastion ${e.bastion}, on the way to host ${e.host},` : `Host ${e.host}`} showed another host key than the pinned one (${e.shown}); no command was sent`,
    remedy: () => "If the machine was rebuilt, pin its new key in the operator's file. If not, somebody may be listening in",
  },
  'host-not-ready': {
    sentence: (e) => `Host ${e.host} is not ready for Landfall: ${e.detail}`,
    remedy: (e) => `Put that right there, or run \`landfall host bootstrap\` for it, ${thenRetry(e)}`,
  },
  'host-refused': {
    sentence: (e) => `Host ${e.host} refused ${e.step}: ${e.detail}`,
    remedy: () => "See the deployment's log; the host was left as it was",
  },
  'host-held': {
    sentence: (e) => `An administrator holds ${e.project} on host ${e.host}: ${e.detail}`,
    remedy: () => 'Run `landfall-shell release` on the host when it may be deployed to again',
  },
  'hosts-differ': {
    sentence: (e) => `An administrator went back on ${e.host}, and the hosts of ${e.environment} differ now: ${e.hosts}`,
    remedy: (e) =>
      `Go back on the others as well, with \`landfall-shell rollback\` there. Or run \`landfall-shell release\` and bring all of them to one release: \`/retry ${e.environment}\` to the older one, a newer commit to that`,
  },
  'generation-behind': {
    sentence: (e) => `Host ${e.host} has seen generation ${e.host_generation}, Landfall knows only ${e.generation}`,
    remedy: () => 'The database was restored from an older copy: run `landfall recover` to go on from what the hosts know',
  },
  'order-outdated': {
    sentence: (e) => `Host ${e.host} follows a newer order than ${e.step}: ${e.detail}`,
    remedy: () =>
      "Nothing more was done there. Either Landfall's database was restored from an older copy, then run `landfall recover`, or another Landfall works with the same keys",
  },
  'pull-failed': {
    sentence: (e) => `Host ${e.host} could not pull the images: ${e.detail}`,
    remedy: (e) => `Nothing was stopped anywhere. Check registry, credentials and disk space of the host; ${thenRetry(e)}`,
  },
  'step-failed': {
    sentence: (e) => `${e.service} could not do \`${e.run}\` on ${e.host}, before anything was switched: ${e.detail}`,
    remedy: (e) =>
      `${e.first ? 'Nothing runs yet' : 'The old release runs on'}; what the step did until then stays${e.contract ? ', and nothing older may fit it: look at once whether what runs still does' : ''}. Read its last words in the log, correct it and push, or ${command('retry', e)}`,
  },
  'switch-failed': {
    sentence: (e) => `Host ${e.host} could not start the release: ${e.detail}`,
    remedy: () => 'Read the log, correct the Compose file or the image and push again',
  },
  'files-refused': {
    sentence: (e) => `New files of ${e.service} fail their check on ${e.host}: ${e.detail}`,
    remedy: () => 'Nothing was changed on any host, and what runs never saw them. Correct them and push again',
  },
  'reload-failed': {
    sentence: (e) => `The new files were not taken up on ${e.host}: ${e.detail}`,
    remedy: () => 'Read the log, correct the files or `reload`, and push again',
  },
  'verification-failed': {
    sentence: (e) => `Service ${e.service} on ${e.host} was not proved: ${e.detail}`,
    remedy: () => 'Read its last log lines in the log, correct it and push again',
  },
  'url-failed': {
    sentence: (e) => `${e.url} does not show the release: ${e.detail}`,
    remedy: () => 'All hosts had been proved: look at what stands before them, or at `verify-url`; then push again',
  },
  'soak-failed': {
    sentence: (e) => `Service ${e.service} on ${e.host} was well at first and is not any more: ${e.detail}`,
    remedy: (e) =>
      `Landfall goes no further back by itself. Look at it now; ${command('rollback', e)} goes one release further back, a newer commit forward`,
  },
  'bake-failed': {
    sentence: (e) => `${e.url ?? `Service ${e.service} on ${e.host}`} was well at first and is not any more: ${e.detail}`,
    remedy: (e) =>
      e.stays
        ? `Landfall leaves it as it is: ${e.stays}. ${e.contract ? forwards(e) : `Look at it now; ${command('rollback', e)} takes it back`}`
        : `Landfall takes ${e.environment} back to ${e.to} by itself. ${e.commit} is not brought again by machines: correct it and push`,
  },
  'return-failed': {
    sentence: (e) => `The way back failed on ${e.host}: ${e.detail}`,
    remedy: () => 'Look at the host now: `landfall-shell status` there shows what runs',
  },
  'contract-stays': {
    sentence: (e) => `${e.why}; hosts were left as they are, because nothing older than ${e.commit} fits any more (${e.because})`,
    remedy: (e) => `Look at it now. ${forwards(e)}`,
  },
  'contract-between': {
    sentence: (e) => `${e.environment} cannot go back to ${e.to}: nothing older than ${e.commit} fits any more (${e.because})`,
    remedy: (e) => `Nothing was touched. ${forwards(e)}`,
  },
  'contract-unknown': {
    sentence: (e) =>
      `Nobody knows whether ${e.to} has what ${e.commit} changed in ${e.environment}, and nothing without that fits any more (${e.because}): ${e.unknown}`,
    remedy: (e) =>
      `Nothing was touched. Bring a commit that is built on ${e.commit}. Only if you are sure that ${e.to} works with the data as it is now: ${overContract(e)}`,
  },
  'partly-kept': {
    sentence: (e) =>
      `${e.why}; ${e.kept} ${isMany(e.kept) ? 'keep' : 'keeps'} the new release, ${e.left ? `and not all others could be brought back: ${e.left}` : `${e.others} ${isMany(e.others) ? 'run' : 'runs'} what ran before`}`,
    remedy: (e) =>
      `Hosts differ until somebody brings them together: push a correction, ${command('retry', e)} to bring it to all, ${command('rollback', e)} to take it from all`,
  },
  'first-release-failed': {
    sentence: (e) => `The first release of ${e.environment} failed on ${e.host}, and there is none before it to go back to`,
    remedy: () => 'Read the log, correct it and push again; what was started was left for you to look at',
  },
  'nothing-to-return-to': {
    sentence: (e) => `There is no earlier verified release of ${e.environment} to go back to`,
    remedy: () => 'Revert the commit and push: that deploys like any change',
  },
  'release-unknown': {
    sentence: (e) => `No release of that name was ever verified on ${e.environment}`,
    remedy: (e) => `The newest that were: ${e.known}`,
  },
  'cancelled-by': {
    sentence: (e) => `Cancelled by ${e.person}`,
    remedy: (e) => `Nothing was changed on any host. To try it after all: \`/retry ${e.environment}\``,
  },
  'stopped-by': {
    sentence: (e) => `Stopped by ${e.person} after wave ${e.wave} of ${e.waves}`,
    remedy: (e) => `Every host goes back to what it ran before. To try it after all: \`/retry ${e.environment}\``,
  },
  'taken-back': {
    sentence: (e) => `Taken back by the rollback ${e.person} asked for`,
    remedy: (e) => `If it was not at fault, bring it again: \`/deploy ${e.environment} ${e.revision} --again\``,
  },
  'brought-back': {
    sentence: (e) => `${e.commit} comes back with this: ${e.person} rolled it back on ${e.environment}`,
    remedy: (e) => (e.revert ? `Merge ${e.revert} first, which takes it back in Git` : 'Revert it on the branch first, or correct it here'),
  },
  overtaken: {
    sentence: (e) => `Overtaken by ${e.by}`,
    remedy: () => 'That one counts now, and mostly brings this change too; `/status` tells what runs',
  },
  'database-restored': {
    sentence: (e) => `Landfall's database was lost or is an older copy: hosts went on to generation ${e.generation}`,
    remedy: () => 'Look at what runs there; where a change is missing, push again',
  },
  'checks-pending': {
    sentence: (e) => `Waiting for checks: ${e.checks}`,
    remedy: (e) => `Waiting until ${moment(e.deadline)} for them to be green; a red one ends the waiting at once`,
  },
  'checks-ahead': {
    sentence: (e) => `Checks will have to be green: ${e.checks}`,
    remedy: () => 'They are waited for once it is merged; a red one ends the waiting at once',
  },
  'promotion-ahead': {
    sentence: (e) => `${e.after} has to verify it before ${e.environment}`,
    remedy: (e) => `It goes on by itself once ${e.after} has; what fails there never comes to ${e.environment}`,
  },
  'checks-failed': {
    sentence: (e) => `Checks are red: ${e.checks}`,
    remedy: (e) => `Correct it and push again; or, where the check itself was at fault, run it again, ${thenRetry(e)}`,
  },
  'checks-missing': {
    sentence: (e) => `Checks that have to be green never came: ${e.checks}`,
    remedy: () => 'See why they do not run for this commit, or take them off the list of `checks`; then push again',
  },
  'checks-unfinished': {
    sentence: (e) => `Checks were not finished by ${moment(e.deadline)}: ${e.checks}`,
    remedy: (e) => `See what holds them up; once they are green, ${command('retry', e)}`,
  },
  'window-closed': {
    sentence: (e) => `${e.environment} is not deployed to now: ${e.windows}`,
    remedy: (e) => (e.again ? `Say \`${e.again}\` again from ${e.opens} on` : `Goes on by itself on ${e.opens}. Rollbacks pass`),
  },
  'window-never-opens': {
    sentence: (e) => `${e.environment} is never deployed to: its windows leave no minute open (${e.windows})`,
    remedy: () => "Correct `windows`, or ask the operator about those of the operator's file",
  },
  'approval-missing': {
    sentence: (e) => `${e.environment} waits for approval: ${approvalsFound(e)}`,
    remedy: (e) =>
      `May approve with \`/approve ${e.environment}\`: ${e.from}${e.except && `, but not ${e.except}`}${e.until ? `. Where nobody does until ${moment(e.until)}, every host goes back` : ''}`,
  },
  'approval-never-came': {
    sentence: (e) => `Nobody let the other hosts of ${e.environment} follow until ${moment(e.until)}`,
    remedy: (e) => `Every host goes back to what it ran before. To ask once more: \`/retry ${e.environment}\``,
  },
  'approval-not-theirs': {
    sentence: (e) => `${e.person} may not approve ${e.commit} for ${e.environment}${e.because && `: ${e.because}`}`,
    remedy: (e) => `May approve with \`/approve ${e.environment}\`: ${e.from}${e.except && `, but not ${e.except}`}`,
  },
  'approval-elsewhere': {
    sentence: (e) => `What waits for ${e.environment} is ${e.commit}${e.through && ` of ${e.through}`}, and not what ${e.here} brought`,
    remedy: (e) => `Look at it${e.through && ` in ${e.through}`}, and approve it there`,
  },
  'approval-outdated': {
    sentence: (e) => `What waits for ${e.environment} is not what was shown when ${e.person} wrote this`,
    remedy: (e) => `Look at it as it is now (${e.commit}), and say it again`,
  },
  'rejected-by': {
    sentence: (e) => `Rejected by ${e.person}${e.reason && `: ${e.reason}`}`,
    remedy: (e) => `Talk to them; then push a correction, or ${command('retry', e)} to ask once more`,
  },
  locked: {
    sentence: (e) =>
      `${e.environment} is locked by ${e.person}${e.pullRequest && ` for ${e.pullRequest}`} since ${moment(e.since)}${e.reason && `: ${e.reason}`}`,
    remedy: (e) =>
      `${e.again ? `Say \`${e.again}\` again` : 'Goes on by itself'} ${e.until ? `at ${moment(e.until)}, or ` : ''}after ${e.environment === 'everything' ? '`/unlock --all`' : command('unlock', e)}${e.others && `; locked by ${e.others} too`}${e.again ? '' : '. Rollbacks pass'}`,
  },
  quarantined: {
    sentence: (e) => `${e.commit} ${e.because} on ${e.environment} at ${moment(e.at)} and is not brought again by itself`,
    remedy: (e) => `Push a newer commit. To bring this very one: \`/deploy ${e.environment} ${e.revision} --again\``,
  },
  'quarantine-asks': {
    sentence: (e) => `${e.commit} ${e.because} on ${e.environment} at ${moment(e.at)}`,
    remedy: (e) => `To bring it all the same, say so: \`/deploy ${e.environment} ${e.revision} --again\``,
  },
  'promotion-pending': {
    sentence: (e) =>
      e.bakes
        ? `Waiting until ${e.commit} has baked on ${e.after}, at ${moment(e.bakes)}`
        : `Waiting until ${e.commit} is verified on ${e.after}`,
    remedy: () => 'Goes on by itself as soon as it is; if it fails there, this is refused',
  },
  'promotion-missing': {
    sentence: (e) => `${e.commit} was never verified on ${e.after}, which comes before ${e.environment}${e.image && ` (image ${e.image})`}`,
    remedy: (e) =>
      `Bring it there first: \`/deploy ${firstOf(e.after)} ${e.revision}\`, then \`/promote ${e.environment}\`. An emergency: ${command('rollback', e)}`,
  },
  'promotion-quarantined': {
    sentence: (e) => `${e.tried} failed or was rolled back on ${e.after}, which comes before ${e.environment}`,
    remedy: (e) => `Push a correction; it goes to ${e.after} first`,
  },
  'promotion-environment-gone': {
    sentence: (e) => `${e.environment} comes after ${e.after}, which does not exist any more`,
    remedy: (e) =>
      `Put ${e.after} back, take it out of \`after\` of ${e.environment} in a change that goes through it, and remove it in the next one`,
  },
  'project-differs': {
    sentence: (e) => `${e.commit} calls the project ${e.theirs}, and it is ${e.project} now`,
    remedy: () => 'Deploy a commit since it was renamed: another name would be another project beside this one on the hosts',
  },
  'nothing-before': {
    sentence: (e) => `${e.environment} comes after no other environment, so nothing is promoted to it`,
    remedy: (e) => `To deploy the newest commit of its branch: \`/deploy ${e.environment}\``,
  },
  'nothing-verified-before': {
    sentence: (e) => `${e.after} has verified nothing yet that could be promoted to ${e.environment}`,
    remedy: (e) => `Deploy there first: \`/deploy ${firstOf(e.after)}\``,
  },
  'promotion-not-opened': {
    sentence: (e) => `GitHub opened no pull request from ${e.head} into ${e.base}: ${e.why}`,
    remedy: () => 'Open it by hand, or see what GitHub says',
  },
  'no-pull-request': {
    sentence: () => 'This is no open pull request, so there is nothing to merge',
    remedy: () => 'Write `/plan` in the pull request; what waits already is told by `/status`',
  },
  'deployment-unknown': {
    sentence: () => 'There is no such deployment in this repository',
    remedy: () => '`/status` tells what there is',
  },
  'deployment-outdated': {
    sentence: (e) => `There is a newer deployment of ${e.environment} than this one`,
    remedy: (e) => `Look at the newest, or write \`${e.command}\` in a comment`,
  },
  'commit-unknown': {
    sentence: (e) => `There is no commit ${e.revision} here`,
    remedy: () => 'Name one by at least 7 of its digits',
  },
  'tag-unknown': {
    sentence: (e) => `There is no tag ${e.tag}${e.meant === undefined ? '' : ` (did you mean ${e.meant}?)`}`,
    remedy: () => 'Name a tag, or a commit by at least 7 of its digits',
  },
  'commit-not-named': {
    sentence: (e) => `${e.environment} follows ${e.source}, so there is no newest commit to deploy`,
    remedy: (e) => `Push a tag, or name the commit of one: \`/deploy ${e.environment} abc1234\``,
  },
  'commit-not-followed': {
    sentence: (e) => `${e.commit} is not part of ${e.source}, which ${e.environment} follows`,
    remedy: () => 'Merge it first; only what the environment follows is deployed to it',
  },
  'environment-unknown': {
    sentence: (e) =>
      `There is no environment ${e.environment}${e.meant === undefined ? '' : ` (did you mean ${e.meant}?)`}; there are ${e.known}`,
    remedy: () => 'Name one of these',
  },
  'environment-not-named': {
    sentence: (e) => `${e.command} does not say which environment; there are ${e.known}`,
    remedy: (e) => `Name one of these, such as ${e.example}`,
  },
  'task-unknown': {
    sentence: (e) => `There is no task ${e.task}${e.meant === undefined ? '' : ` (did you mean ${e.meant}?)`}; there are ${e.known}`,
    remedy: () => 'Name one of these, or add it to `tasks` of the file and deploy that',
  },
  'task-not-run': {
    sentence: (e) => `${e.task} cannot be run on ${e.environment}: ${e.why}`,
    remedy: (e) => `Bring ${e.environment} in order first, then ask again`,
  },
  'task-not-deployed': {
    sentence: (e) => `The release that runs on ${e.environment} (${e.commit}) has ${e.what} ${e.task}`,
    remedy: () => 'Only what passed its gates is run: deploy what the file says now, then say it again',
  },
  'task-not-theirs': {
    sentence: (e) =>
      `${e.person} may not have ${e.task} run on ${e.environment}: deployments need approval there, and it would not be theirs`,
    remedy: (e) => `May say it: ${e.from}`,
  },
  'task-failed': {
    sentence: (e) => `${e.task} failed on ${e.host}: ${e.detail}`,
    remedy: () => 'See what it has done until then, and ask again when that is mended',
  },
  'command-mistaken': {
    sentence: (e) => `${e.written}: ${e.what}`,
    remedy: (e) => `${e.remedy}`,
  },
  'person-not-allowed': {
    sentence: (e) => `${e.person} may not do this: it needs ${e.least ?? 'write'} access and ${e.person} has ${e.permission}`,
    remedy: (e) => `Ask somebody with ${e.least ?? 'write'} access to the repository`,
  },
  internal: {
    sentence: (e) => `Landfall itself failed in ${e.component}`,
    remedy: (e) => `This is a bug or a broken part of its machine; its log has the details under ${e.reference}`,
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

/** The single problems of a reason that carries several, each on its line; of others the sentence itself. */
export const problemLines = (given: Reason | undefined): string[] =>
  given === undefined ? [] : (given.evidence.problems?.split('\n') ?? [`${sentenceOf(given)}. ${remedyOf(given)}`])
