import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Imported by the servers that are measured: on SIGUSR2 they collect their garbage, so that what connections need is told
 * from what their log-ins left behind, which V8 collects when it will.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => collect());
