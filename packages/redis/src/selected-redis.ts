import { Redis, type RedisOptions } from 'ioredis';

/** What ioredis sends commands as. */
type Command = Parameters<Redis['sendCommand']>[0];
type Stream = Parameters<Redis['sendCommand']>[1];

/**
 * A client of one server that refuses its commands when the server has no database of the number asked for (ioredis tells
 * that as an event only, and goes on in database 0), and that writes the commands of one turn of the event loop at once: a write
 * for each, and for each a read over there, is the larger part of what a small command costs.
 */
export class SelectedRedis extends Redis {
  #refusal: Error | undefined;
  #gathering: Redis['stream'] | undefined;

  constructor(options: RedisOptions) {
    super(options);
    this.on('connect', () => {
      this.#refusal = undefined;
    });
    this.on('error', (error: Error) => {
      if (/DB index|SELECT is not allowed/i.test(error.message)) this.#refusal = error;
    });
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    // Before it is ready it asks for itself, and stays connected.
    if (this.#refusal !== undefined && this.status === 'ready') {
      command.reject(new Error(`the database in the address: ${this.#refusal.message}`));
      return command.promise;
    }
    if (this.status === 'ready') this.#gather();
    return super.sendCommand(command, stream);
  }

  /** Until the end of this turn. */
  #gather(): void {
    const { stream } = this;
    if (stream === this.#gathering) return;
    this.#gathering = stream;
    stream.cork();
    setImmediate(() => {
      if (this.#gathering === stream) this.#gathering = undefined;
      stream.uncork();
    });
  }
}
