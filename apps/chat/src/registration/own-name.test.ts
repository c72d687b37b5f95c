import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnName, TooEarlyError } from './own-name.ts';

const host = '10-0-0-7.berth-chat.berth.svc.cluster.local';

/** A DNS that keeps each "no" for ever, by name and kind of record, and lists the name from the nth question on. */
function createDns(listedFrom: number) {
  const asked: string[] = [];
  const kept = new Set<string>();
  const answer = (name: string, kind: string, present: string): Promise<void> => {
    asked.push(kind);
    if (asked.length < listedFrom) kept.add(`${kind} ${name}`);
    const code = kept.has(`${kind} ${name}`) ? 'ENOTFOUND' : present;
    return code === '' ? Promise.resolve() : Promise.reject(Object.assign(new Error(code), { code }));
  };
  return {
    asked,
    questions: {
      resolve: (name: string, kind: string) => answer(name, kind, 'ENODATA'),
      lookUp: (name: string) => answer(name, 'A', ''),
    },
  };
}

test('a pod’s name is looked up once other kinds of records tell that it is there, as DNS remembers for long that it was not', async () => {
  const dns = createDns(4);
  const name = new OwnName(host, dns.questions);
  for (let early = 0; early < 3; early++) await assert.rejects(name.look(), TooEarlyError);
  await name.look();
  assert.deepEqual(dns.asked, ['SRV', 'MX', 'CAA', 'NAPTR', 'A']);
  // Later on, when the registry was away, that it is there is known.
  await name.look();
  assert.equal(dns.asked.at(-1), 'A');
  assert.equal(dns.asked.length, 6);
});

test('a name that is not told of by then is looked up all the same, and what that says is said', async () => {
  const dns = createDns(Infinity);
  const name = new OwnName(host, dns.questions);
  for (let early = 0; early < 6; early++) await assert.rejects(name.look(), TooEarlyError);
  await assert.rejects(name.look(), { code: 'ENOTFOUND' });
  assert.equal(dns.asked.at(-1), 'A');
});

test('where DNS cannot be asked so, and of other names, the look-up alone decides', async () => {
  const asked: string[] = [];
  const questions = {
    resolve: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
    lookUp: async (name: string) => void asked.push(name),
  };
  const others = ['chat-1.example.com', 'localhost', '127.0.0.1'];
  for (const each of [host, 'fd00--7.berth-chat.berth.svc', ...others])
    await new OwnName(each, questions).look();
  assert.equal(asked.length, 5);
  const strict = { ...questions, resolve: () => assert.fail('it is no name of a pod') };
  for (const each of others) await new OwnName(each, strict).look();
});
