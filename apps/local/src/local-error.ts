/** Why Berth cannot start or go on: one line for the user, and at most some lines of a log to go with it. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly logLines: string[];

  constructor(message: string, logLines: string[] = []) {
    super(message);
    this.logLines = logLines;
  }
}
