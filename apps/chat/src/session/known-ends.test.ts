import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';
import type { ReadEnd } from '../conversations/live-ends.ts';
import { KnownEnds } from './known-ends.ts';
import type { LiveSession } from './live-session.ts';
import { SessionIndex } from './session-index.ts';

const fleet = useChatFleet(2);
const conversations = [1, 2, 3];

/** Logs, entries on their way here, and what is read of the logs, in any order. */
class Model {
  readonly index = new SessionIndex();
  isInDoubt = false;
  readonly ends = new KnownEnds({ index: this.index, isInDoubt: () => this.isInDoubt });
  readonly #logs = new Map(conversations.map((id) => [id, [] as number[]]));
  #underway: { conversation: number; seq: number; at: number }[] = [];
  readonly #lost = new Set<number>();
  readonly #reads: (() => void)[] = [];
  readonly #logIns: (() => void)[] = [];
  readonly #resumes: LiveSession[] = [];
  /** Ends that a resume need not read. */
  spared = 0;
  readonly #session = { user: 1, conversations: [] as number[] } as unknown as LiveSession;
  #now = 1;

  readonly steps: Record<string, (conversation: number) => void> = {
    enter: (conversation) => {
      const membership = { conversation, membersVersion: 0, head: 0, joinedSeq: 0 };
      this.index.enter(this.#session, membership);
    },
    leave: (conversation) => this.index.leave(this.#session, conversation),
    append: (conversation) => {
      const log = this.#logs.get(conversation)!;
      const at = this.#now++;
      this.#underway.push({ conversation, seq: log.push(at), at });
    },
    push: (conversation) => {
      for (const entry of this.#underway) if (entry.conversation === conversation) this.#arrive(entry);
      this.#underway = this.#underway.filter((entry) => entry.conversation !== conversation);
    },
    pushUntimed: (conversation) => {
      const entry = this.#underway.find((one) => one.conversation === conversation);
      if (entry !== undefined) entry.at = 0;
      this.steps.push!(conversation);
    },
    lose: (conversation) => {
      const at = this.#underway.findIndex((entry) => entry.conversation === conversation);
      if (at < 0) return;
      this.#underway.splice(at, 1);
      this.#lost.add(conversation);
    },
    loseWhileInDoubt: (conversation) => {
      this.isInDoubt = true;
      this.ends.doubt();
      this.steps.append!(conversation);
      this.steps.lose!(conversation);
    },
    doubtEnds: () => {
      if (!this.isInDoubt) return;
      this.ends.doubt();
      this.#lost.clear();
      this.isInDoubt = false;
    },
    findOne: (conversation) => {
      this.ends.doubt(conversation);
      this.#lost.delete(conversation);
    },
    findAll: () => {
      this.ends.doubt();
      this.#lost.clear();
    },
    beginReading: () => {
      const tell = this.ends.reading(conversations);
      const found = new Map<number, ReadEnd>();
      for (const [id, log] of this.#logs) found.set(id, { head: log.length, lastAt: log.at(-1) ?? 0 });
      this.#reads.push(() => tell(found));
    },
    endReading: () => this.#reads.shift()?.(),
    beginLogIn: () => {
      const session = { user: 2, conversations: [] as number[] } as unknown as LiveSession;
      const entered = this.ends.entering({ present: conversations, former: [] });
      const found = conversations.map((conversation) => {
        const log = this.#logs.get(conversation)!;
        const [head, lastAt] = [log.length, log.at(-1) ?? 0];
        return { conversation, membersVersion: 0, head, lastAt, joinedSeq: 0 };
      });
      this.#logIns.push(() => {
        for (const membership of found) this.index.enter(session, membership);
        entered(session, found);
        this.#resumes.push(session);
      });
    },
    endLogIn: () => this.#logIns.shift()?.(),
    resume: () => {
      const session = this.#resumes.shift();
      if (session === undefined) return;
      for (const [id, { head, lastAt }] of this.ends.ofLogIn(session)?.known ?? []) {
        if (this.#isUnderway(id)) continue;
        this.spared++;
        const log = this.#logs.get(id)!;
        assert.deepEqual({ head, lastAt }, { head: log.length, lastAt: log.at(-1) ?? 0 }, `resumed ${id}`);
      }
      for (const id of [...session.conversations]) this.index.leave(session, id);
    },
    read: () => {
      this.steps.beginReading!(0);
      this.#reads.pop()!();
    },
  };

  /** As it is delivered. */
  #arrive({ conversation, seq, at }: { conversation: number; seq: number; at: number }): void {
    const local = this.index.conversation(conversation);
    if (local === undefined) this.index.passedBy(conversation);
    else local.end.pushed(seq, at);
  }

  #isUnderway(id: number): boolean {
    return this.#underway.some(({ conversation }) => conversation === id) || this.#lost.has(id);
  }

  check(): void {
    for (const [id, log] of this.#logs) {
      const known = this.ends.lastAt(id);
      if (known !== undefined && !this.#isUnderway(id)) assert.equal(known, log.at(-1) ?? 0, `of ${id}`);
    }
  }

  known(): number {
    return conversations.filter((id) => this.ends.lastAt(id) !== undefined).length;
  }
}

test('what is known of the end of a log is so, whatever is pushed, lost and read in whatever order', () => {
  let known = 0;
  let spared = 0;
  const step = fc.tuple(
    fc.constantFrom(...Object.keys(new Model().steps)),
    fc.constantFrom(...conversations),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const model = new Model();
      for (const [name, conversation] of steps) {
        model.steps[name]!(conversation);
        model.check();
        known += model.known();
      }
      spared += model.spared;
    }),
    { numRuns: 2_000 },
  );
  assert.ok(known > 1_000 && spared > 200, 'else it proves nothing');
});

test('a list is ordered by what was pushed since it was resumed, and by the log where that is not enough', async () => {
  const [ann, ...others] = await Promise.all(
    ['node-1', 'node-1', 'node-2', 'node-2'].map(async (node) => fleet.logIn(node, await fleet.user())),
  );
  const directs: number[] = [];
  for (const other of others)
    directs.push((await other.ask('directOpen', { user: ann!.user })).conversation.conversation);
  let said = 0;
  const say = async (index: number) => {
    const cid = `say ${said++}`;
    await others[index]!.ask('send', { conversation: directs[index]!, cid, text: cid });
    await ann!.next('deliver', (body) => body.cid === cid);
  };
  const order = async () => {
    const { conversations } = await ann!.ask('conversations', {});
    return conversations.map(({ conversation }) => directs.indexOf(conversation));
  };
  await ann!.ask('resume', { marks: [] });
  const latest: number[] = [];
  for (const index of [0, 2, 1, 2, 0, 1, 1, 0, 2]) {
    await say(index);
    const before = latest.indexOf(index);
    if (before >= 0) latest.splice(before, 1);
    latest.unshift(index);
    assert.deepEqual((await order()).slice(0, latest.length), latest);
  }
  // Appended by nobody who pushes.
  const conversation = directs[latest.at(-1)!]!;
  await fleet.mysql.db.run(
    `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text)
     SELECT conversation_id, MAX(seq) + 1, MAX(sender_id), 'x', MAX(sent_at) + 60000, 'x' FROM messages WHERE conversation_id = ?`,
    [conversation],
  );
  await ann!.next('deliver', (body) => body.conversation === conversation && body.cid === 'x');
  assert.equal((await order())[0], latest.at(-1));
});

test('a resume finds what nobody has pushed, where there is some, and tells of nothing else', async () => {
  const [ann, ben, cat] = (await Promise.all(
    ['node-1', 'node-1', 'node-2'].map(async (node) => fleet.logIn(node, await fleet.user())),
  )) as [Guest, Guest, Guest];
  const open = async (peer: Guest) =>
    (await ann.ask('directOpen', { user: peer.user })).conversation.conversation;
  const [withBen, withCat] = [await open(ben), await open(cat)];
  await ben.ask('send', { conversation: withBen, cid: 'one', text: 'one' });
  await ann.next('deliver', (body) => body.cid === 'one');
  const resumed = async (marks: [number, number][]) =>
    (await ann.ask('resume', { marks })).conversations.map(({ conversation, head }) => [conversation, head]);
  const marks: [number, number][] = [
    [withBen, 1],
    [withCat, 0],
  ];
  assert.deepEqual(await resumed(marks), []);
  assert.deepEqual(await resumed([]), [[withBen, 1]]);
  const append = (conversation: number, seq: number, sender: number) =>
    fleet.mysql.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, ?, ?, ?, ?, 'x')`,
      [conversation, seq, sender, `x${seq}`, Date.now() + 60_000 * seq],
    );
  await append(withBen, 2, ben.user);
  await append(withCat, 1, cat.user);
  assert.deepEqual(await resumed(marks), [
    [withBen, 2],
    [withCat, 1],
  ]);
  await append(withCat, 2, cat.user);
  await append(withCat, 3, cat.user);
  assert.deepEqual(
    await resumed([
      [withBen, 2],
      [withCat, 1],
    ]),
    [[withCat, 3]],
  );
  assert.deepEqual(
    await resumed([
      [withBen, 1],
      [withCat, 3],
    ]),
    [[withBen, 2]],
  );
});
