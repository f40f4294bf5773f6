import { faultsOn } from './faults-on.ts'

faultsOn('one machine')
