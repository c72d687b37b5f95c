import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { getCACertificates } from 'node:tls';

/** How the target's certificate is judged. */
export interface Trust {
  /** PEM beside what this machine trusts. */
  ca: string | undefined;
  insecure: boolean;
}

export interface Answered {
  status: number;
  /** Undefined when it is no JSON. */
  body: unknown;
}

const deadlineMs = 5_000;
const maxAnswerBytes = 8 * 1024 * 1024;

/** One request with a deadline, and k6's idea of whom to trust: the system and `ca`. Rejects with the system's error. */
export function ask(url: string, trust: Trust, body?: object): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const isTls = url.startsWith('https:');
    const text = body && JSON.stringify(body);
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method: body ? 'POST' : 'GET',
      signal: AbortSignal.timeout(deadlineMs),
      ...(text && {
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      }),
      ...(isTls && { rejectUnauthorized: !trust.insecure, ca: authorities(trust.ca) }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) request.destroy(new Error('the answer is too long'));
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: parse(Buffer.concat(chunks).toString()) }),
      );
    });
    request.end(text);
  });
}

function authorities(ca: string | undefined): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system'), ...(ca === undefined ? [] : [ca])];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a request failed, for a person: `host` is what was asked. */
export function failureOf(error: NodeJS.ErrnoException, host: string): string {
  const { code = '', message } = error;
  if (code === 'ECONNREFUSED') return 'nobody listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name ${host} is not known`;
  if (
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    code === 'ETIMEDOUT' ||
    code === 'ABORT_ERR'
  )
    return `no answer in ${deadlineMs / 1_000} s`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is for another name than ${host}`;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (/SELF_SIGNED|UNABLE_TO_|CERT_|DEPTH_ZERO/.test(code))
    return `its certificate is not trusted (${code}): --ca FILE names its authority, --insecure takes any`;
  if (/SSL|TLS|EPROTO/.test(code)) return `it does not speak TLS as expected (${code}): is it http://?`;
  if (code === 'ECONNRESET' || code === 'HPE_INVALID_CONSTANT') return `it does not speak HTTP (${code})`;
  return message;
}
