import process from 'node:process';
import { Tracing } from '@berth/telemetry';

/**
 * Imported by a chat node whose traces are measured: it begins without them, and SIGUSR2 turns them on and off, so that both are
 * measured in one process, on the same connections and the same compiled code. Off is as without an endpoint.
 */
const { get } = Object.getOwnPropertyDescriptor(Tracing.prototype, 'isOn')!;
let isOn = false;
Object.defineProperty(Tracing.prototype, 'isOn', {
  get(this: Tracing) {
    return isOn && get!.call(this);
  },
});
process.on('SIGUSR2', () => {
  isOn = !isOn;
});
