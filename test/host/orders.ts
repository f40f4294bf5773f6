import type { Plan } from '../../src/domain/plan.ts'
import { Secret } from '../../src/domain/secret.ts'
import {
  bundleNamespace,
  encloseBundle,
  encloseLogins,
  encloseReceipt,
  packBundle,
  receiptNamespace,
  receiptStatement,
} from '../../src/host/bundle.ts'
import type { Command } from '../../src/host/command.ts'
import { confirm, prune, pull, put, retire, switchTo } from '../../src/host/commands.ts'
import type { BareHost } from './bare-host.ts'
import { plan, service } from './given.ts'

export const web = `ghcr.io/acme/shop@sha256:${'1'.repeat(64)}`

/** The plan of a generation of a shop with one service. */
export const release = (generation: number, more: Partial<Plan> = {}): Plan =>
  plan([service('web', web, { change: generation === 1 ? 'created' : 'recreated' })], { generation, ...more })

/** Whose word hosts believe. */
export type Believed = Pick<BareHost, 'signer' | 'by'>

/** Standard input of `put`, after the signature of the order. */
export function envelope({ signer }: Pick<Believed, 'signer'>, planned: Plan, env?: string): Uint8Array {
  const bundle = packBundle({ plan: planned, files: new Map(), sign: signer.sign, ...(env !== undefined && { env: new Secret(env) }) })
  return encloseBundle(bundle, signer.sign(bundle, bundleNamespace), [])
}

/** Every order of a deployment that goes well, by its verb, in the order in which they are given. */
export function orders(
  host: Believed,
  planned: Plan,
  turn: number,
  env?: string,
): Record<'put' | 'pull' | 'switch' | 'retire' | 'confirm' | 'prune', Command> {
  const by = host.by(turn)
  const receipt = receiptStatement(planned, { proved: true })
  return {
    put: put(planned, by, envelope(host, planned, env)),
    pull: pull(planned, by, encloseLogins([])),
    switch: switchTo(planned, by),
    retire: retire(planned, by),
    confirm: confirm(planned, by, encloseReceipt(receipt, host.signer.sign(receipt, receiptNamespace))),
    prune: prune(planned, by, 2),
  }
}
