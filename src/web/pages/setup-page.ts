import { page } from './frame.ts'
import { html } from './html.ts'

/** The first page of a Landfall that knows no App yet: one button that sends GitHub the manifest. */
export function setupPage(action: string, manifest: string, nonce: string): string {
  return page({ nonce, title: 'Set up Landfall', tone: 'calm', live: false }, [
    html`<section><h1>Set up Landfall</h1>
<p>Landfall works as a GitHub App of your own. The button opens GitHub, which shows the permissions it asks for and registers
it under your account; afterwards you are brought back here and the credentials are saved on this machine.</p>
<form action="${action}" method="post"><input type="hidden" name="manifest" value="${manifest}"><button>Register the App on GitHub</button></form></section>`,
  ])
}

/** After GitHub sent its answer: what comes next. */
export function setupDonePage(installUrl: string, nonce: string): string {
  return page({ nonce, title: 'Landfall is registered', tone: 'good', live: false }, [
    html`<section><h1>Landfall is registered</h1>
<p>Its credentials are in <code>.env</code> on this machine, readable by you alone.</p>
<ol>
<li><a href="${installUrl}">Install the App</a> on the repositories it shall deploy.</li>
<li>Write <code>operator.yml</code>: the hosts there are and who may use them.</li>
<li>Start Landfall again: <code>npm start</code>, or its container.</li>
</ol></section>`,
  ])
}
