/**
 * Loaded into a service by `--import`: its wall clock jumps by CLOCK_JUMP_MS forth at the first SIGUSR2, and back beyond
 * where it was at the second, as a machine's does that is set by hand. Timers and monotonic clocks go on.
 */
import process from 'node:process';

const jumpMs = Number(process.env.CLOCK_JUMP_MS);
const RealDate = Date;
let offsetMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    super(...((args.length === 0 ? [RealDate.now() + offsetMs] : args) as [number]));
  }
  static override now(): number {
    return RealDate.now() + offsetMs;
  }
} as DateConstructor;

process.on('SIGUSR2', () => {
  offsetMs = offsetMs > 0 ? -jumpMs : jumpMs;
});
