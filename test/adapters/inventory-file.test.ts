import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inventoryFile } from '../../src/adapters/inventory-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-inventory-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a link to it stays a link, and what it leads to keeps its owner and its mode', () => {
  const [file, link] = [join(folder, 'checkout.yml'), join(folder, 'operator.yml')]
  writeFileSync(file, 'version: 1\n')
  chmodSync(file, 0o640)
  const root = process.getuid?.() === 0
  if (root) chownSync(file, 12345, 23456)
  const before = statSync(file)
  symlinkSync(file, link)
  inventoryFile(link).write('version: 1\nhosts: {}\n')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('version: 1\nhosts: {}\n')
  const after = statSync(file)
  expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode])
  expect(after.uid).toBe(root ? 12345 : before.uid)
  expect(readdirSync(folder).toSorted()).toEqual(['checkout.yml', 'operator.yml'])
})

test('one that is not there yet is made', () => {
  const file = join(folder, 'operator.yml')
  inventoryFile(file).write('version: 1\n')
  expect(inventoryFile(file).read()).toBe('version: 1\n')
})
