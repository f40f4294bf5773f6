/** A file of an archive: a relative path and its bytes. */
export interface ArchiveEntry {
  path: string
  bytes: Uint8Array
}

const block = 512

/**
 * An archive in the POSIX ustar format: plain files, mode 600, no dates, in the given order, so that equal contents give
 * equal bytes, which is what gets signed and compared. Written here because the rooms in the middle neither await nor
 * stream; tar-stream, which reads GitHub's tarballs, does both. Throws on a path that the format cannot hold.
 */
export function archive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.flatMap(({ path, bytes }) => [header(path, bytes.length), bytes, padding(bytes.length)])
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

const padding = (size: number): Uint8Array => Buffer.alloc((block - (size % block)) % block)

function header(path: string, size: number): Uint8Array {
  const { prefix, name } = splitPath(path)
  const bytes = Buffer.alloc(block)
  const octal = (value: number, offset: number, length: number) => bytes.write(value.toString(8).padStart(length - 1, '0'), offset)
  bytes.write(name, 0)
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  bytes.write('0', 156)
  bytes.write('ustar\x0000', 257)
  bytes.write(prefix, 345)
  // The sum is taken with blanks in its own field.
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return bytes
}

/** The last part and as many before it as fit go into `name`, the others into `prefix`. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path }
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= 155 && name !== '' && Buffer.byteLength(name) <= 100) return { prefix, name }
  }
  throw new Error(`the path ${path} is too long for a bundle`)
}
