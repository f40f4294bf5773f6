import { actStyle } from './act-style.ts'
import { Html, html, type Part } from './html.ts'
import { refresh } from './refresh.ts'
import { style } from './style.ts'

/** How a page looks at first sight: its colour, and that of its icon among the browser's tabs. */
export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad' | 'alarm'

export interface Frame {
  /** 16 random bytes or more as base64, new for each answer. */
  nonce: string
  title: string
  tone: Tone
  /** Whether the page should follow what happens until it is over. */
  live: boolean
}

const colours: Record<Tone, string> = {
  calm: '#6b7280',
  busy: '#2563eb',
  good: '#15803d',
  warn: '#b45309',
  bad: '#b91c1c',
  alarm: '#b91c1c',
}

/** A complete page. Nothing is loaded from anywhere else: style, script and icon are in it. */
export function page(frame: Frame, content: Part): string {
  const { nonce, title, tone, live } = frame
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Landfall</title>
<link rel="icon" href="${icon(tone)}">
<style nonce="${nonce}">${new Html(style + actStyle)}</style>
${live && html`<noscript><meta http-equiv="refresh" content="3"></noscript>`}
</head>
<body>
<header class="bar"><div class="wide"><span class="mark" aria-hidden="true"></span><b>Landfall</b></div></header>
<main class="wide"${live && html` data-live`}>
${content}
</main>
${live && html`<script nonce="${nonce}">${new Html(refresh)}</script>`}
</body>
</html>
`.toString()
}

/**
 * Headers of a page with that nonce. A page shows logs and plans: nobody may frame, cache or extend it. One with forms sends them
 * here and nowhere else; for these the browser says where they come from, which it would not do without any referrer.
 */
export const pageHeaders = (nonce: string, { forms = false } = {}): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': forms ? 'same-origin' : 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    `form-action ${forms ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; '),
})

const icon = (tone: Tone): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colours[tone]}"/></svg>`)}`
