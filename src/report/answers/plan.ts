import { saidAnswer } from './said.ts'

/** The answer to `/plan`, while it is computed: where it will be. */
export const planAnswer = (intent: string, number: number): string =>
  saidAnswer(intent, {
    icon: '🗺️',
    headline: `What merging #${number} would do is being computed`,
    sentences: ['Landfall’s comment on the plan and the check "Landfall plan" on its newest commit show it in a moment'],
  })
