import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { Sha } from '../../domain/repository.ts'
import { type Snapshot, SnapshotRefused } from '../../flow/ports.ts'

/** Files above this are listed but not kept: configuration is small, assets are not. */
const keptFileBytes = 256 * 1024
/** All kept contents together; repositories of more small files than this are refused. */
const keptTotalBytes = 64 * 1024 * 1024
const mostPaths = 200_000

/**
 * Reads GitHub's tarball as it arrives. Entries lie under one top folder, which is left out; symbolic and hard
 * links are left out altogether, so that no path leads outside the repository.
 */
export async function readTarball(revision: Sha, gzipped: Readable): Promise<Snapshot> {
  const contents = new Map<string, Uint8Array | undefined>()
  let kept = 0
  const unpack = extract()
  unpack.on('entry', (header, stream, next) => {
    const path = pathInRepository(header.name)
    const chunks: Uint8Array[] = []
    const keep = header.type === 'file' && path !== undefined && (header.size ?? 0) <= keptFileBytes
    stream.on('data', (chunk: unknown) => {
      if (keep && chunk instanceof Uint8Array) chunks.push(chunk)
    })
    stream.on('error', next)
    stream.on('end', () => {
      if (header.type === 'file' && path !== undefined) {
        kept += keep ? (header.size ?? 0) : 0
        contents.set(path, keep ? Buffer.concat(chunks) : undefined)
      }
      if (kept > keptTotalBytes || contents.size > mostPaths) {
        next(
          new SnapshotRefused(
            `has more than ${keptTotalBytes >> 20} MiB of files up to ${keptFileBytes >> 10} KiB, or more than ${mostPaths} paths`,
          ),
        )
      } else next()
    })
  })
  await pipeline(gzipped, createGunzip(), unpack)
  return { revision, paths: () => [...contents.keys()], read: (path) => contents.get(path) }
}

function pathInRepository(name: string): string | undefined {
  const parts = name.split('/').slice(1)
  const leadsOn = parts.length > 0 && parts.every((part) => part !== '' && part !== '..' && part !== '.' && !part.includes('\0'))
  return leadsOn ? parts.join('/') : undefined
}

/** The last few snapshots; a deployment that waits for its image does not fetch the repository again. */
export function rememberSnapshots(
  fetchSnapshot: (key: string, revision: Sha) => Promise<Snapshot>,
  most = 4,
): (key: string, revision: Sha) => Promise<Snapshot> {
  const recent = new Map<string, Promise<Snapshot>>()
  return (key, revision) => {
    const id = `${key}@${revision}`
    const known = recent.get(id)
    if (known) return known
    const fetched = fetchSnapshot(key, revision)
    recent.set(id, fetched)
    fetched.catch(() => recent.delete(id))
    const oldest = recent.keys().next().value
    if (recent.size > most && oldest !== undefined) recent.delete(oldest)
    return fetched
  }
}
