import type { OperatorFile } from '../../domain/configuration.ts'
import type { ChatMessage } from '../../report/published.ts'

export type { ChatMessage }

export interface Clock {
  now(): Date
  /** GitHub's clock, which people's comments are dated by; this machine's until it was heard. */
  githubNow(): Date
  /** Resolves after so many seconds, or at once when the signal aborts. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}

/** A constant lower-case message; data in fields. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Where links lead; without a slash at the end. */
export interface Addresses {
  /** `https://github.com` */
  github: string
  /** This Landfall's own public address. */
  landfall: string
  /** Whether people reach it from elsewhere and can sign in: then they are shown the way to the pages to act from. */
  acting?: boolean
}

/** The operator's file as it is now; reloaded when it changes. */
export interface Operator {
  current(): OperatorFile
}

/** How often Landfall looks for itself, in seconds, because webhooks get lost and nobody tells what time it is. Each pause varies by a fifth. */
export interface Pace {
  /** Branch heads and new comments of every repository it serves. */
  repositories: number
  /** GitHub's list of deliveries that failed. */
  deliveries: number
  /** Whether secrets have become too old. */
  secrets: number
}

/** Landfall's own key: signs bundles (SSHSIG) and fingerprints values that must not be stored. */
export interface Signer {
  /** An armoured SSH signature over the bytes, in the given namespace. */
  sign(bytes: Uint8Array, namespace: string): string
  /** HMAC-SHA-256 under a key derived from Landfall's key, in hex. Whoever can push can have any text fingerprinted. */
  fingerprint(text: string): string
  /** 32 bytes derived from Landfall's key for this purpose alone: no fingerprint and no other purpose tells anything of them. */
  keyFor(purpose: string): Uint8Array
}

/** Landfall's age identities, for which secrets in repositories are encrypted: one for each environment of each repository. */
export interface Identities {
  /** @param repository `owner/name` */
  of(repository: string, environment: string): Promise<Identity>
}

export interface Identity {
  /** Its public half, `age1…`. */
  recipient: string
  /** The 32 bytes that a file's values are encrypted with; undefined where they are not locked for this identity, or damaged. */
  unlock(locked: string): Promise<Uint8Array | undefined>
  /** Locks them for this identity or for somebody else's recipient, armoured; undefined for what is no recipient. */
  lock(key: Uint8Array, recipient: string): Promise<string | undefined>
}

/** Wakes sleepers, nothing else: losing it loses nothing, waking twice does no harm. */
export interface Queue {
  wake(subject: string): Promise<void>
  /** Calls the listener for each waking, here or in another process. */
  listen(listener: (subject: string) => void): Promise<void>
  /** Takes no more wakings; those it took before are still told. What is woken from here on is for other processes. */
  leave(): Promise<void>
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Chat {
  /** Sends, or edits what `memory` names where the channel can. Returns what to remember. */
  send(channel: string, message: ChatMessage, memory?: string): Promise<string | undefined>
}
