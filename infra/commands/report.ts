import process from 'node:process';

/** Runs a command; what it throws is printed as `<command>: <message>`, a line for each fault, and ends with exit code 1. */
export async function report(command: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    for (const line of (error as Error).message.split('\n')) console.error(`${command}: ${line}`);
    process.exitCode = 1;
  }
}
