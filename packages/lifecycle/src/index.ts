export { backoffMs, jittered } from './backoff.ts';
export { Circuit, CircuitOpenError } from './circuit.ts';
export { Closers } from './closers.ts';
export { DeadlineError, withDeadline } from './deadline.ts';
export { type App, runApp } from './run-app.ts';
