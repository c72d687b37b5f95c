import { frameIds, type RequestName } from '@berth/wire';
import { type Body, FrameSocket } from './frame-socket.ts';
import type { Person } from './people.ts';
import type { PlatformDoors } from './platform.ts';

export interface RawBerth {
  node: string;
  host: string;
  port: number;
  ticket: string;
}

/** What gate answers to a log-in: the session's token and the first place. */
export interface RawLogIn {
  session: { id: string; token: string };
  berth: RawBerth;
}

/** POST /v1/sessions. */
export async function rawLogIn(
  { gateUrl }: Pick<PlatformDoors, 'gateUrl'>,
  { email, password }: Person,
  deviceClass = 'raw',
): Promise<RawLogIn> {
  const response = await fetch(`${gateUrl}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, device: { class: deviceClass } }),
  });
  if (response.status !== 201) throw new Error(`log-in: ${response.status} ${await response.text()}`);
  return (await response.json()) as RawLogIn;
}

/** A session on a raw socket of the Berth dialect: what it says is not checked, and what it hears is kept. */
export class RawSession {
  readonly person: Person;
  readonly logIn: RawLogIn;
  readonly socket: FrameSocket;
  #req = 1;

  private constructor(person: Person, logIn: RawLogIn, socket: FrameSocket) {
    this.person = person;
    this.logIn = logIn;
    this.socket = socket;
  }

  static async open(
    platform: Pick<PlatformDoors, 'gateUrl'>,
    person: Person,
    deviceClass?: string,
  ): Promise<RawSession> {
    const logIn = await rawLogIn(platform, person, deviceClass);
    const socket = await FrameSocket.connect(logIn.berth.host, logIn.berth.port);
    const session = new RawSession(person, logIn, socket);
    const welcome = await session.ask('hello', { token: logIn.berth.ticket });
    if (welcome.error) throw new Error(`hello: ${JSON.stringify(welcome.error)}`);
    return session;
  }

  /** The answer to a request, errors too. */
  async ask(name: RequestName, body: Body = {}): Promise<Body> {
    const req = ++this.#req;
    this.socket.send(frameIds[name], { req, ...body });
    return (await this.socket.next(frameIds[name] + 1, (answer) => answer.req === req)).body;
  }

  close(): Promise<void> {
    return this.socket.close();
  }
}
