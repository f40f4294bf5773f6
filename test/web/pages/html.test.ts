import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html, webAddress } from '../../../src/web/pages/html.ts'
import { anyText } from '../../report/hostile.ts'

test.each([
  ['text', html`<p>${'<b>&"\''}</p>`, '<p>&lt;b&gt;&amp;&quot;&#39;</p>'],
  ['an attribute', html`<p title="${'" onclick="x'}"></p>`, '<p title="&quot; onclick=&quot;x"></p>'],
  ['finished HTML stays', html`<p>${html`<b>${'<'}</b>`}</p>`, '<p><b>&lt;</b></p>'],
  ['a list', html`${['<', html`<i>`, 3]}`, '&lt;<i>3'],
  ['what is absent shows as nothing', html`a${undefined}${false}b`, 'ab'],
])('%s', (_what, made, expected) => expect(made.toString()).toBe(expected))

test('whatever is put in, no mark of HTML comes out', () =>
  fc.assert(fc.property(anyText, (text) => !/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/.test(html`${text}`.toString()))))

test.each([
  ['https://shop.example.com', 'https://shop.example.com/'],
  ['javascript:alert(1)', undefined],
  ['JaVaScRiPt:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['shop', undefined],
  [undefined, undefined],
])('the address %s is linked as %s', (url, expected) => expect(webAddress(url)).toBe(expected))
