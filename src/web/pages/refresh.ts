/**
 * The script of a page whose deployment still runs: asks for the same page again and changes only what differs, so that
 * nothing flickers, selections stay and logs that were opened stay open. It ends with the deployment.
 * The answer's style is left out before parsing: its nonce is another one, and the browser would complain of it.
 */
export const refresh = `
const follow = (from, to) => {
  if (from.isEqualNode(to)) return
  if (from.nodeType !== 1 || from.nodeName !== to.nodeName || !from.firstElementChild) return from.replaceWith(to)
  for (const { name } of [...from.attributes]) if (name !== 'open' && !to.hasAttribute(name)) from.removeAttribute(name)
  for (const { name, value } of to.attributes) if (name !== 'open' && from.getAttribute(name) !== value) from.setAttribute(name, value)
  const [old, now] = [[...from.childNodes], [...to.childNodes]]
  now.forEach((node, index) => (old[index] ? follow(old[index], node) : from.append(node)))
  old.slice(now.length).forEach((node) => node.remove())
}
const look = async () => {
  try {
    if (!document.hidden) {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
      if (answer.ok) {
        const text = (await answer.text()).replace(/<style[^]*?<\\/style>/, '')
        const page = new DOMParser().parseFromString(text, 'text/html')
        document.title = page.title
        document.querySelector('link[rel=icon]').href = page.querySelector('link[rel=icon]').href
        follow(document.querySelector('main'), page.querySelector('main'))
      }
    }
  } catch {}
  if (document.querySelector('main').hasAttribute('data-live')) setTimeout(look, 1500)
}
setTimeout(look, 1500)
`
