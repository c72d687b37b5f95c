import { randomBytes } from 'node:crypto';
import process from 'node:process';

/**
 * `node uploaders.ts URL TOKEN COUNT`: so many uploads at a time, over and over, each removed once it is whole, until a message
 * comes. Says when each of them has sent its first, and at the end how many `bytes` went out in `seconds`.
 */
const [url, token, count] = process.argv.slice(2);
const content = randomBytes(20_000_000);
const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };

let over = false;
let bytes = 0;
let whole = 0;
const began = performance.now();

async function ask(address: string, method: string, more: Record<string, string>, body?: Buffer) {
  const answer = await fetch(address, {
    method,
    headers: { ...headers, ...more },
    ...(body && { body: new Uint8Array(body) }),
  });
  if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function upload(): Promise<void> {
  const begun = await ask(`${url}/v1/uploads`, 'POST', {
    'upload-length': String(content.length),
    'upload-metadata': `name ${btoa('large')}`,
  });
  const id = begun.headers.get('location')!.split('/').at(-1)!;
  const type = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  await ask(`${url}/v1/uploads/${id}`, 'PATCH', type, content);
  bytes += content.length;
  await ask(`${url}/v1/uploads/${id}`, 'DELETE', {});
}

process.once('message', () => {
  over = true;
});
await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    for (let first = true; first || !over; first = false) {
      await upload();
      if (first && ++whole === Number(count)) process.send!('going');
    }
  }),
);
process.send!({ bytes, seconds: (performance.now() - began) / 1_000 });
process.disconnect();
