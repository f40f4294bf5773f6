import { z } from 'zod'
import type { Scenario } from '../lab/landfall/scenario.ts'
import type { Screen } from './screen.ts'

const posted = z.object({ state: z.string(), description: z.string().optional(), context: z.string().optional() })
const states: Record<string, string> = {
  planned: 'plan is fixed',
  pulling: 'pulling the image by digest on every host',
  rolling: 'switching',
  verifying: 'verifying digest, health, version and soak',
  'rolling-back': 'not proved: returning to the release before',
  'rolled-back': 'the release before runs again, proved',
  succeeded: 'proved; receipt signed',
}

/** Shows what everybody does while it happens. */
export function follow({ github, landfall, chat }: Scenario, screen: Screen): void {
  github.onRequest(({ operation, body, status }) => {
    if (status >= 300) return
    if (operation === 'POST /repos/{owner}/{repo}/statuses/{sha}') {
      const { state, context, description } = posted.parse(JSON.parse(body))
      screen.line('github', `status ${context}: ${state}, ${description}`)
    }
    if (operation === 'POST /repos/{owner}/{repo}/deployments') screen.line('github', 'deployment to production created')
    if (operation === 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses') {
      screen.line('github', `deployment: ${posted.parse(JSON.parse(body)).state}`)
    }
    if (operation.startsWith('POST') && operation.endsWith('/reactions')) screen.line('github', 'reaction on the comment')
    if (operation.startsWith('POST') && operation.endsWith('/comments')) screen.line('github', 'answer to the comment')
  })
  landfall.onLine(({ msg, ...fields }) => {
    if (msg === 'intent stored') screen.line('landfall', `webhook: intent ${fields.answer}`)
    if (msg === 'deployment advanced') screen.line('landfall', states[String(fields.state)] ?? String(fields.state))
  })
  chat.onMessage(({ channel, text }) => screen.line('chat', `${channel}: ${text.replace(/<[^>]*>/g, '').split('\n')[0]}`))
}
