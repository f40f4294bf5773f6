import { describe, expect, test } from 'vitest'
import { mayBeAsked } from '../../../src/adapters/public-web/addresses.ts'

describe('an address of the public internet may be asked', () => {
  test.each(['198.41.0.4', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001::200e'])('%s', (address) =>
    expect(mayBeAsked(address, [])).toBe(true),
  )
})

describe('what only this machine or its network can reach may not', () => {
  test.each([
    ['this machine', ['127.0.0.1', '127.255.255.254', '0.0.0.0', '::1', '::']],
    ['private networks', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', 'fd00::1', 'fec0::1']],
    ['link-local and metadata', ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '100.100.100.200']],
    [
      'mapped and translated ones',
      ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1'],
    ],
    ['tunnels with others in them', ['2002:7f00:1::', '2001:0:7f00:1::1', '2001:db8::1', '3fff::1']],
    ['everybody and nobody', ['224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', 'ff02::1', '198.18.0.1']],
    ['what is no address', ['', 'localhost', '127.1', '0x7f.1']],
  ])('%s', (_what, addresses) => expect(addresses.filter((address) => mayBeAsked(address, []))).toEqual([]))
})

test('the operator opens ranges, and those alone', () => {
  const allow = ['10.1.0.0/16', 'fd00:1::/32', '127.0.0.2/32']
  const asked = ['10.1.2.3', '10.2.0.1', 'fd00:1::7', 'fd00:2::7', '127.0.0.2', '127.0.0.1', '::ffff:10.2.0.1', '198.41.0.4']
  expect(asked.filter((address) => mayBeAsked(address, allow))).toEqual(['10.1.2.3', 'fd00:1::7', '127.0.0.2', '198.41.0.4'])
})
