import { expect, test } from 'vitest'
import { good, hostKey, parseOperator, told } from './given.ts'

const ecdsa =
  'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBIDkfjyDQi/dqXn0w/a9NbEiDrnU91iv+qGvRfTOzg/oo5+BV6ZtOK+W7frFOsq/R7wVqKELfUZ6E7mBsvlIYqg86Lv9Ir6Wl44eW5IyQyx+cn+cqO6ZUOc7JZA+a9YKFg=='
/** Type and fields as RFC 4253 packs them. */
const packed = (...fields: Buffer[]) =>
  Buffer.concat(fields.flatMap((field) => [Buffer.from(Uint32Array.of(field.length).buffer).swap32(), field])).toString('base64')
const rsa = `ssh-rsa ${packed(Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), Buffer.alloc(257, 7))}`

const parsed = (key: string) => parseOperator(`hosts: { web-1: { address: web-1, host-key: ${JSON.stringify(key)} } }`)

test.each([
  ['Ed25519', hostKey, hostKey],
  ['ECDSA', ecdsa, ecdsa],
  ['RSA', rsa, rsa],
  ['one with a comment', `${hostKey} root@web-1`, hostKey],
  ['one with a line break, as a pasted file has', `${hostKey}\n`, hostKey],
])('%s is pinned', (_what, written, pinned) => expect(good(parsed(written)).hosts['web-1']?.hostKey).toBe(pinned))

const notKnown = 'this does not begin with a known type of host key'
const notWhole = 'this is not a whole ssh-ed25519 key'
test.each([
  ['cut short while copying', hostKey.slice(0, -4), notWhole],
  ['with a letter lost', hostKey.slice(0, 40) + hostKey.slice(41), notWhole],
  ['with something appended', `ssh-ed25519 ${packed(Buffer.from('ssh-ed25519'), Buffer.alloc(32), Buffer.from('x'))}`, notWhole],
  ['of another type than it says', `ssh-ed25519 ${ecdsa.split(' ')[1]}`, notWhole],
  ['of the wrong length', `ssh-ed25519 ${packed(Buffer.from('ssh-ed25519'), Buffer.alloc(31))}`, notWhole],
  ['that claims a huge field', `ssh-ed25519 ${Buffer.from([255, 255, 255, 255, 1]).toString('base64')}`, notWhole],
  ['without the key', 'ssh-ed25519', notWhole],
  ['of a retired type', hostKey.replace('ssh-ed25519', 'ssh-dss'), notKnown],
  ['named like a method', 'constructor AAAA', notKnown],
  ['as a line of known_hosts', `web-1 ${hostKey}`, notKnown],
  ['that is a fingerprint', 'SHA256:uNiVztksCsDhcc0u9e8BrJQXVUpKZIDTMczCvj3tD2s', 'this is the fingerprint of a key, not the key'],
  ['that is private', '-----BEGIN OPENSSH PRIVATE KEY-----', 'this is a private key'],
  ['that is empty', '', notKnown],
])('a key %s is refused', (_why, key, what) => expect(told(parsed(key))).toEqual([`1:45 hosts.web-1.host-key: ${what}`]))
