import type { Answers, Pushes, RequestInput, RequestName } from '@berth/wire';
import type { NodeConnection } from '../connection.ts';

/**
 * A connection that several tabs use. A node tells all of a user's sessions what one of them has read, and not that one
 * itself: its other tabs must hear it from here.
 */
export class EchoingConnection implements NodeConnection {
  readonly #connection: NodeConnection;
  readonly #user: number;
  readonly #echo: (name: 'marked', body: Pushes['marked']) => void;

  constructor(
    connection: NodeConnection,
    user: number,
    echo: (name: 'marked', body: Pushes['marked']) => void,
  ) {
    this.#connection = connection;
    this.#user = user;
    this.#echo = echo;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  async request<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N]> {
    const answer = await this.#connection.request(name, body, timeoutMs);
    if (name === 'mark') this.#echo('marked', this.markedBy(body as never, answer));
    return answer;
  }

  requestParts<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N][]> {
    return this.#connection.requestParts(name, body, timeoutMs);
  }

  tell<N extends RequestName>(name: N, body: RequestInput<N>): void {
    this.#connection.tell(name, body);
  }

  tellPart<N extends RequestName>(name: N, body: RequestInput<N>): void {
    this.#connection.tellPart(name, body);
  }

  markedBy({ conversation }: { conversation: number }, answer: object): Pushes['marked'] {
    return { conversation, user: this.#user, ...(answer as Answers['mark']) };
  }
}
