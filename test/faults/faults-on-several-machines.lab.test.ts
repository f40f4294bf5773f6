import { faultsOn } from './faults-on.ts'

faultsOn('several machines')
