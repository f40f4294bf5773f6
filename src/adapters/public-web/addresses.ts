import { BlockList, isIP } from 'node:net'

/** What is not the public internet (IANA's registries of special addresses), and addresses in which others are hidden. */
const special = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]

/** Of IPv6 only this part is given out; whatever lies outside is loopback, local, mapped or translated. */
const givenOut = '2000::/3'

/**
 * Whether an address may be asked on a repository's behalf: one of the public internet, or one the operator allows.
 *
 * @param allow ranges such as `10.0.0.0/8`
 */
export function mayBeAsked(address: string, allow: readonly string[]): boolean {
  const [bare = ''] = address.split('%')
  const family = isIP(bare)
  if (family === 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (listOf(allow).check(bare, type)) return true
  return !refused.check(bare, type) && (family === 4 || public6.check(bare, type))
}

const refused = listOf(special)
const public6 = listOf([givenOut])

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const type = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (type === 'ipv6' ? 128 : 32)), type)
  }
  return list
}
