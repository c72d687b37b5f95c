import { createServer } from 'node:net';
import { LocalError } from './local-error.ts';

/** Throws LocalError when somebody listens on the port already. */
export async function assertFree(port: number, what: string, option: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${message})`;
    throw new LocalError(
      `port ${port} for the ${what} ${reason}; choose another: npm start -- ${option} PORT`,
    );
  }
  await new Promise((resolve) => server.close(resolve));
}
