import { expect, test } from 'vitest'
import { page, pageHeaders } from '../../../src/web/pages/frame.ts'
import { html } from '../../../src/web/pages/html.ts'
import { errorPage, notFoundPage } from '../../../src/web/pages/plain.ts'

const made = page({ nonce: 'bm9uY2U=', title: 'A & B', tone: 'good', live: true }, html`<p>hello</p>`)

test('a page loads nothing from anywhere', () => {
  expect(Array.from(made.matchAll(/ (?:src|href)="([^"]*)"/g), ([, url]) => url?.split(',')[0])).toEqual(['data:image/svg+xml'])
  expect(made).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org)/)
})

test('every style and script carries the nonce, and nothing is styled or scripted inline: the policy would refuse it', () => {
  const markup = made.replace(/(<script[^>]*>).*?(<\/script>)/s, '$1$2')
  expect(markup.match(/<(style|script)\b[^>]*>/g)).toEqual(['<style nonce="bm9uY2U=">', '<script nonce="bm9uY2U=">'])
  expect(markup).not.toMatch(/<[^>]+ (style|on\w+)=/)
})

test('the policy allows what the page has and nothing else', () =>
  expect(pageHeaders('bm9uY2U=')['content-security-policy']).toBe(
    "default-src 'none'; style-src 'nonce-bm9uY2U='; script-src 'nonce-bm9uY2U='; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ))

test('a page that does not exist and one that may not be seen look the same', () =>
  expect(notFoundPage()).toMatchObject({ status: 404, type: 'text/plain; charset=utf-8' }))

test('an error tells where to look, and nothing else', () => {
  const { status, body } = errorPage('req-7<script>')
  expect(status).toBe(500)
  expect(body).toContain('its log tells why under req-7script.')
})
