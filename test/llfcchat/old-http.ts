import type { Body } from '../harness/frame-socket.ts';

/** What the Qt client does to passwords before it sends them: each UTF-16 unit XOR (length mod 255). */
export function xorPassword(password: string): string {
  return [...Array(password.length).keys()]
    .map((index) => String.fromCharCode(password.charCodeAt(index) ^ (password.length % 255)))
    .join('');
}

/** One of the four HTTP calls of the Qt client. The answer must come with 200. */
export async function post(gateUrl: string, path: string, body: Body): Promise<Body> {
  const response = await fetch(`${gateUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
  return (await response.json()) as Body;
}
