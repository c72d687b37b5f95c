import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ledger } from './ledger.ts';

test('whatever is acknowledged and not heard by each other member is lost', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.record({ sender: fc.nat(4), isAcknowledged: fc.boolean(), heardBy: fc.array(fc.nat(4)) })),
      (members, messages) => {
        const ledger = new Ledger(members);
        let owed = 0;
        let lost = 0;
        let unanswered = 0;
        messages.forEach(({ sender, isAcknowledged, heardBy }, index) => {
          const from = sender % members;
          const heard = new Set(heardBy.map((each) => each % members).filter((each) => each !== from));
          ledger.send(from, `m${index}`);
          // Some hear before the sender is answered, and the rest after.
          const [early, late] = [[...heard].slice(1), [...heard].slice(0, 1)];
          for (const receiver of early) ledger.hear(receiver, `m${index}`);
          if (isAcknowledged) ledger.acknowledge(`m${index}`, index + 1);
          for (const receiver of late) ledger.hear(receiver, `m${index}`);
          if (!isAcknowledged) unanswered++;
          else {
            owed += members - 1;
            lost += members - 1 - heard.size;
          }
        });
        assert.deepEqual(ledger.judge(), { owed, lost, disordered: 0, unanswered });
        assert.equal(ledger.isComplete, lost + unanswered === 0);
      },
    ),
  );
});

test('a second number for a message, and numbers against the order of sending, are found', () => {
  const ledger = new Ledger(2);
  for (const cid of ['a', 'b']) ledger.send(0, cid);
  assert.equal(ledger.acknowledge('b', 4), 'new');
  assert.equal(ledger.acknowledge('a', 5), 'new');
  assert.equal(ledger.acknowledge('a', 5), 'again');
  assert.equal(ledger.acknowledge('a', 6), 'doubled');
  assert.equal(ledger.judge().disordered, 1);
});

test('whoever waits is told when the last one has heard', () => {
  const ledger = new Ledger(3);
  let isTold = false;
  ledger.send(1, 'a');
  ledger.whenComplete(() => {
    isTold = true;
  });
  ledger.hear(0, 'a');
  ledger.acknowledge('a', 1);
  assert.equal(isTold, false);
  assert.ok(ledger.lacks(2));
  assert.equal(ledger.hear(2, 'a'), 'new');
  assert.equal(isTold, true);
  assert.equal(ledger.hear(2, 'a'), 'again');
  assert.equal(ledger.hear(2, 'of another run'), 'foreign');
});
