import type { Deployment } from '../../domain/deployment.ts'
import { fullName, type Instant } from '../../domain/repository.ts'
import { headlineOf } from '../../report/wording.ts'
import type { Visitor } from '../visitor.ts'
import { details, summary } from './act-page.ts'
import { toneOf } from './course.ts'
import { page } from './frame.ts'
import { type Html, html } from './html.ts'
import { bigLink } from './message-page.ts'

export interface DoorView {
  deployment: Deployment
  visitor: Exclude<Visitor, { kind: 'member' }>
  /** Where the sign-in begins. */
  signIn: string
  now: Instant
  nonce: string
}

/** What somebody sees who cannot act yet: the deployment, which their link opens to everybody, and what is missing. */
export const doorPage = (view: DoorView): string => {
  const { deployment, now, nonce } = view
  return page({ nonce, title: `${headlineOf(deployment)} (${deployment.project})`, tone: toneOf(deployment), live: false }, [
    summary(deployment, now, details(deployment)),
    missing(view),
  ])
}

function missing({ deployment, visitor, signIn }: DoorView): Html {
  const repository = fullName(deployment.repository)
  const command = html`<code>/rollback ${deployment.environment}</code>`
  switch (visitor.kind) {
    case 'not-signed-in':
      return html`<p class="note">To act on it, say who you are. Landfall asks GitHub for your name and nothing else, and whether you may when you do.</p>
${bigLink('Sign in with GitHub', signIn)}`
    case 'no-sign-in':
      return html`<section><p>Nobody can sign in here yet: whoever runs this Landfall sets <code>APP_CLIENT_ID</code> and <code>APP_CLIENT_SECRET</code>.</p>
<p>Until then write ${command} in a comment of a pull request or issue.</p></section>`
    case 'stranger':
      return html`<section><p><b>${visitor.person}</b> may not act here: it needs write access to ${repository} and ${visitor.person} has ${visitor.role}.</p>
<p class="note">Ask somebody who has it.</p></section>${bigLink('Sign in again', signIn)}`
    case 'unanswered':
      return html`<section><p>GitHub does not answer, so nobody can say whether ${visitor.person} may act here.</p>
<p class="note">Try again in a moment. An administrator of the host can go back without GitHub and without Landfall: <code>landfall-shell rollback ${deployment.project} ${deployment.environment}</code></p></section>
${bigLink('Try again', '')}`
  }
}
