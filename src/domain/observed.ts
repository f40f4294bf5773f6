import type { Digest, Instant, Sha } from './repository.ts'

/** What a host told about itself and one project and environment on it. */
export interface HostState {
  /** Version of the landfall-shell installed there. */
  shell: number
  docker: string
  /** `linux/amd64` */
  platform: string
  /** Highest generation ever accepted there; 0 where none was. */
  generation: number
  /** The release the host runs, or last began to switch to. */
  current?: ReleaseOnHost
  /** Set by an administrator on the host: deployments are refused until released. */
  held?: string
  /** Where administrators went back to on the host since the last deployment there, oldest first. */
  wentBack: StepBack[]
  containers: ObservedContainer[]
}

/** One call of `landfall-shell rollback`, as the host tells it. */
export interface StepBack {
  /** Generations. */
  from: number
  to: number
  /** By the host's clock. */
  at: Instant
  /** Who was logged in there. */
  by: string
}

export interface ReleaseOnHost {
  generation: number
  revision: Sha
  /** False while a switch to it has begun and was not confirmed. */
  confirmed: boolean
}

/** A container of the project, without its environment: that may hold secrets. */
export interface ObservedContainer {
  id: string
  name: string
  service: string
  /** Digest by which Docker knows its image: configuration, manifest or index digest, depending on the image store. */
  image: Digest
  /** `repo@sha256:…` as given to Compose. */
  reference: string
  status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  /** Docker's own health check, where the image or Compose file has one. */
  health?: 'starting' | 'healthy' | 'unhealthy'
  exitCode: number
  outOfMemory: boolean
  restarts: number
  /** Docker's own text; compared for equality only. */
  startedAt: string
  /** True for containers that were there before this release's switch began. */
  before: boolean
  /** It is to be taken away, since others run in its place. */
  leaving?: true
}

/** One HTTP answer of a container, probed from its host. */
export interface ProbeAnswer {
  service: string
  container: string
  path: string
  /** HTTP status; 0 where nothing answered. */
  status: number
  /** First 4 KiB of the body. */
  body: string
}
