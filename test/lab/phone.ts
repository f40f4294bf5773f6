import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { prepareParts } from './parts.ts'

/** A phone in somebody's hand: a real browser with a small screen that is touched. */
export interface Phone {
  page: Page
  /** What its browser complained of: scripts that failed, and what a page's policy forbade. */
  complaints: string[]
  /** Forgets who is signed in. */
  forget(): Promise<void>
  close(): Promise<void>
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** @param host a name that leads to this machine; whoever signed its certificate is trusted */
export async function takePhone(host: string, { dark = false } = {}): Promise<Phone> {
  const { chromium: executablePath = '' } = await prepareParts({ browser: true })
  const browser = await chromium.launch({ executablePath, args: [...flags, `--host-resolver-rules=MAP ${host} 127.0.0.1`] })
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 390, height: 664 },
    isMobile: true,
    hasTouch: true,
    colorScheme: dark ? 'dark' : 'light',
    ignoreHTTPSErrors: true,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return { page, complaints, forget: () => context.clearCookies(), close: () => browser.close() }
}
