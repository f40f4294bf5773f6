import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Faults take longer than all else: begun last, one core would wait for the other. */
class FaultsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isFault = ({ moduleId }: TestSpecification) => moduleId.includes('/test/faults/')
    return [...sorted.filter(isFault), ...sorted.filter((file) => !isFault(file))]
  }
}

/**
 * Three rooms: `unit` (under ten seconds, for the inner loop), `flow` (the store on real SQLite, and whole use cases over it with the rest
 * of the world scripted: two or three times as long) and `lab` (files named `*.lab.test.ts`: on the real parts of test/lab, or on files made to be slow; two at
 * a time, because they mostly wait).
 */
const quick = {
  // One module graph a worker: loading it anew for each file would take most of the time.
  pool: 'forks',
  isolate: false,
  // Vitest leaves one core to others; the inner loop takes both.
  maxWorkers: 2,
  // None takes a second by itself; a machine that is busy with other things may take ten times as long.
  testTimeout: 20_000,
} as const

const overTheStore = ['test/flow/**/*.test.ts', 'test/adapters/store/*.test.ts']

export default defineConfig({
  test: {
    sequence: { sequencer: FaultsFirst },
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      { test: { ...quick, name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.lab.test.ts', ...overTheStore] } },
      { test: { ...quick, name: 'flow', include: overTheStore, exclude: ['test/**/*.lab.test.ts'] } },
      {
        test: {
          name: 'lab',
          include: ['test/**/*.lab.test.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
