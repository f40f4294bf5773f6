import { parse } from 'yaml'
import { z } from 'zod'
import type { Compose, Snapshot } from '../../src/flow/ports.ts'
import { interpolate } from '../../src/plan/template.ts'

const composeFile = z.looseObject({ services: z.record(z.string(), z.looseObject({ image: z.string() })) })

/** Renders one ordinary Compose file; the real binary's many other ways belong to the tests of its adapter. */
export const fakeCompose: Compose = {
  imageLines(snapshot, files) {
    const { path, text } = only(snapshot, files)
    const services = Object.entries(composeFile.parse(parse(text)).services)
    return {
      kind: 'ok',
      value: services.map(([service, { image }]) => ({ service, line: image, file: path, at: { line: 1, column: 1 } })),
    }
  },

  placeOf(_snapshot, [file = ''], keys) {
    return { file, line: keys.length, column: 1 }
  },

  async render({ snapshot, files, variables, interpolation }) {
    const { text } = only(snapshot, files)
    const { services } = composeFile.parse(parse(text))
    return {
      kind: 'rendered',
      portable: text,
      model: renderedWith(parse(text), new Map(Object.entries({ ...variables, ...interpolation }))),
      envFiles: [],
      imageLines: Object.fromEntries(Object.entries(services).map(([service, { image }]) => [service, image])),
    }
  },
}

/** Every text of a Compose document with its variables filled in. */
export function renderedWith(node: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof node === 'string') return interpolate(node, variables)
  if (Array.isArray(node)) return node.map((item) => renderedWith(item, variables))
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, renderedWith(value, variables)]))
}

function only(snapshot: Snapshot, files: string[]): { path: string; text: string } {
  const [path = '', ...others] = files
  if (others.length > 0) throw new Error('the fake renders one Compose file')
  return { path, text: new TextDecoder().decode(snapshot.read(path)) }
}
