/** Whether Git allows the name for a branch or a tag, by the rules of `git check-ref-format`. */
export function isRefName(name: string): boolean {
  const components = name.split('/')
  return (
    name.length <= 244 &&
    name !== '@' &&
    !/[\p{Cc} ~^:\\]|\.\.|@\{/u.test(name) &&
    !name.startsWith('-') &&
    !name.endsWith('.') &&
    components.every((component) => component !== '' && !component.startsWith('.') && !component.endsWith('.lock'))
  )
}
