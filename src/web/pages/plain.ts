/** A plain answer, for people and programs alike. */
export interface PlainPage {
  status: number
  type: 'text/plain; charset=utf-8'
  body: string
}

/** There is no such page, or it is not for the one who asks: both look the same. */
export const notFoundPage = (): PlainPage =>
  plainPage(404, 'There is nothing here. Check the address; deployments are found from their status on GitHub.')

/** Landfall failed. `reference` is found again in its log; what went wrong stays there. */
export const errorPage = (reference: string): PlainPage =>
  plainPage(
    500,
    `Landfall could not show this page. Try again; if it stays so, its log tells why under ${reference.replace(/[^\w-]/g, '')}.`,
  )

const plainPage = (status: number, sentence: string): PlainPage => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${status}\n\n${sentence}\n`,
})
