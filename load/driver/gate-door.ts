import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface GateDoorOptions {
  gateUrl: string;
  /** Authorities to trust in place of the system's, PEM, and whether any certificate will do. */
  ca?: string;
  insecure?: boolean;
}

const requestMs = 30_000;
const maxSockets = 64;

/** Gate, as a driver asks it: over connections that stay, with little work for each request. */
export class GateDoor {
  readonly #gateUrl: string;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;

  constructor({ gateUrl, ca, insecure }: GateDoorOptions) {
    this.#gateUrl = gateUrl;
    const isTls = gateUrl.startsWith('https:');
    this.#agent = isTls
      ? new HttpsAgent({ keepAlive: true, maxSockets, ca, rejectUnauthorized: !insecure })
      : new HttpAgent({ keepAlive: true, maxSockets });
    this.#request = isTls ? httpsRequest : httpRequest;
  }

  /** Rejects with what was answered when that is no success. */
  async post<Answer>(path: string, body: object, token?: string): Promise<Answer> {
    const text = JSON.stringify(body);
    const request = this.#request(`${this.#gateUrl}${path}`, {
      method: 'POST',
      agent: this.#agent,
      timeout: requestMs,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
    const { status, answer } = await answered(request, text);
    if (status >= 200 && status < 300) return JSON.parse(answer) as Answer;
    throw new Error(`POST ${path}: ${status} ${answer.slice(0, 300)}`);
  }
}

function answered(request: ClientRequest, text: string): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    request.on('timeout', () => request.destroy(new Error(`no answer in ${requestMs / 1_000} s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        answer += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, answer }));
    });
    request.end(text);
  });
}
