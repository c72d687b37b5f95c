export { check, type Interval, type Violation, type ViolationKind } from './check.ts';
export { type ClientEvent, ClientLog, type ThreadShown } from './client-log.ts';
