import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { plain, Terminal } from './terminal.ts';

function open(isTTY: boolean): { input: PassThrough; terminal: Terminal; printed: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} });
  let text = '';
  const output = Object.assign(
    new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    }),
    { isTTY },
  );
  return { input, terminal: new Terminal(input, output), printed: () => text };
}

test('lines of a pipe are answers first and then lines, until it ends', async () => {
  const { input, terminal, printed } = open(false);
  input.end('ann@example.org\n secret \n/list\nhello\n');
  assert.equal(await terminal.ask('E-mail: '), 'ann@example.org');
  assert.equal(await terminal.ask('Password: ', { hidden: true }), 'secret');
  const lines: string[] = [];
  for await (const line of terminal.lines()) {
    lines.push(line);
    terminal.print(`got ${line}`);
  }
  assert.deepEqual(lines, ['/list', 'hello']);
  assert.equal(printed(), 'got /list\ngot hello\n');
  assert.equal(await terminal.ask('More? '), undefined);
});

test('a person is asked, and what is hidden is not shown', async () => {
  const { input, terminal, printed } = open(true);
  const answer = terminal.ask('Password: ', { hidden: true });
  input.write('secret-words\r');
  assert.equal(await answer, 'secret-words');
  assert.match(printed(), /Password: /);
  assert.equal(printed().includes('secret'), false);
  terminal.close();
});

test('what is printed comes above the line that is being written', async () => {
  const { input, terminal, printed } = open(true);
  const lines = terminal.lines();
  const line = lines.next();
  input.write('hel');
  await new Promise(setImmediate);
  terminal.print('12:00 Bob: hi');
  assert.match(printed(), /12:00 Bob: hi\n[^\n]*> hel/s);
  input.write('lo\r');
  assert.equal((await line).value, 'hello');
  terminal.close();
  assert.equal((await lines.next()).done, true);
});

test('the text of others stays text: no escapes, no new lines, no change of direction', () => {
  assert.equal(plain('a\u001b[2Jb\u202ec\r\nd\u0007'), 'a·[2Jb·c ⏎ d·');
  assert.equal(plain('Grüße, 你好 👋'), 'Grüße, 你好 👋');
});

test('Tab finishes what can be only one thing', async () => {
  const { input, terminal } = open(true);
  terminal.complete = (line) => ['/open Harbour crew', '/leave'].filter((one) => one.startsWith(line));
  const lines = terminal.lines();
  const line = lines.next();
  input.write('/open Ha\t');
  input.write('\r');
  assert.equal((await line).value, '/open Harbour crew');
  const secret = terminal.ask('Password: ', { hidden: true });
  input.write('/le\t\r');
  assert.equal(await secret, '/le', 'nothing is looked up there');
  terminal.close();
});
