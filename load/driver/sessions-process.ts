import process from 'node:process';
import { LogFile } from './log-file.ts';
import type { Person, Route } from './session.ts';
import { type Activity, Sessions } from './sessions.ts';

/** What a driver process is asked over IPC, one after the other; it answers `{value}` or `{error}`. Ends with its parent. */
export type DriverRequest =
  | ({ kind: 'begin'; logFile: string } & Route)
  | { kind: 'add'; people: Person[] }
  | { kind: 'keep'; count: number }
  | { kind: 'act'; activity: Activity };

let sessions: Sessions | undefined;

async function answer(request: DriverRequest): Promise<unknown> {
  if (request.kind === 'begin') {
    const { kind, logFile, ...route } = request;
    sessions = new Sessions({ ...route, log: new LogFile(logFile) });
    return undefined;
  }
  if (!sessions) throw new Error('the driver has not begun');
  if (request.kind === 'add') return sessions.add(request.people);
  if (request.kind === 'keep') return sessions.keep(request.count);
  return sessions.act(request.activity);
}

process.on('message', (request: DriverRequest) => {
  const tell = (told: object) => process.connected && process.send!(told);
  answer(request).then(
    (value) => tell({ value }),
    (error: Error) => tell({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
// The parent is told by the terminal, too, and ends this one in its own time.
process.on('SIGINT', () => {});
