import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

/** PEM. */
export interface Certificate {
  key: string
  cert: string
}

/** A certificate for a name or an IP address, signed by nobody but itself and good for a day. */
export async function selfSigned(name: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    const { code, stderr } = await run([
      'openssl',
      'req',
      ...kind,
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=${isIP(name) ? 'IP' : 'DNS'}:${name}`,
      '-keyout',
      key,
      '-out',
      cert,
    ])
    if (code !== 0) throw new Error(`laboratory: no certificate: ${stderr}`)
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
