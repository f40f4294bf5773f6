import type { HostProof, Receipt, ServiceProof } from '../../domain/receipt.ts'
import { passedText } from '../../policy/gates/seen-text.ts'
import { momentText } from '../../report/time.ts'
import { type Html, html } from './html.ts'

/** The receipt: for each host and service the digest planned, the digest running and the version answered. */
export const proofSection = (receipt: Receipt): Html => html`<section id="proof" aria-labelledby="proof-title">
<h2 id="proof-title">Proof</h2>
<p class="note">What was seen on every host at the end, ${momentText(receipt.verifiedAt)}, generation ${receipt.generation}. Landfall's key signed this
<a href="/deployments/${receipt.deployment}/receipt" download>receipt</a> (<a href="/deployments/${receipt.deployment}/receipt.sig" download>signature</a>), which lies on every host as well.</p>
${(receipt.passed ?? []).length > 0 && html`<ul>${(receipt.passed ?? []).map((gate) => html`<li>${passedText(gate)}</li>`)}</ul>`}
<table>
<thead><tr><th scope="col">Service</th><th scope="col">Host</th><th scope="col">Planned</th><th scope="col">Running</th><th scope="col">Version answered</th></tr></thead>
<tbody>${receipt.hosts.flatMap((host) => host.services.map((service) => proofRow(host, service)))}</tbody>
</table>
${receipt.atUrl && html`<p class="note">${receipt.atUrl.url} answered as planned${receipt.atUrl.answered !== undefined && html`, version <code>${receipt.atUrl.answered.slice(0, 12)}</code>`}.</p>`}
</section>`

const proofRow = (host: HostProof, proof: ServiceProof): Html => html`<tr>
<th scope="row">${proof.service}${proof.untouched && html` <span class="note">untouched</span>`}</th>
<td data-label="Host" class="name">${host.host}</td>
<td data-label="Planned" class="name">${digestCode(proof.planned)}</td>
<td data-label="Running">${ticked(digestCode(proof.running))}${
  proof.running !== proof.planned && html` <span class="note">the same image by its name on this host</span>`
}</td>
<td data-label="Version">${
  proof.answered === undefined
    ? html`<span class="note">tells none</span>`
    : ticked(html`<code title="${proof.answered}">${proof.answered.slice(0, 12)}</code>`)
}</td>
</tr>`

const digestCode = (digest: string): Html => html`<code title="${digest}">${digest.replace(/^sha256:/, '').slice(0, 12)}</code>`

const ticked = (shown: Html): Html => html`<span class="name"><span class="tick" aria-hidden="true">✓</span> ${shown}</span>`
