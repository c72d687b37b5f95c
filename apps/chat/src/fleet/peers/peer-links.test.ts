import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Deliver } from '@berth/contracts/chat';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { Fleet } from './fleet.ts';
import { encodeEntry } from './peer-codec.ts';
import { type Doubt, PeerLinks, type PeerLinksOptions } from './peer-links.ts';
import { PeerServer } from './peer-server.ts';

const log = createLog('chat', 'silent');
const nodes: Node[] = [];
after(() => Promise.all(nodes.map((node) => node.close())));

interface Node {
  name: string;
  bootEpoch: number;
  fleet: Fleet;
  links: PeerLinks;
  server: PeerServer;
  got: Deliver[];
  dropped: number[][];
  doubts: Doubt[];
  send(to: Node, seq: number, bytes?: number): void;
  close(): Promise<void>;
}

async function startNode(
  name: string,
  options: Partial<PeerLinksOptions> = {},
  bootEpoch = 1_000 + nodes.length,
): Promise<Node> {
  const fleet = new Fleet(name);
  const node: Node = {
    name,
    bootEpoch,
    fleet,
    got: [],
    dropped: [],
    doubts: [],
    links: new PeerLinks({
      identity: { node: name, bootEpoch, ticketKey: undefined, nowMs: () => 0 },
      fleet,
      tls: undefined,
      log,
      meshNodes: 32,
      onBatch: ({ entries }) => {
        for (const { entry } of entries)
          if (entry?.$case === 'deliver') node.got.push(entry.value);
          else if (entry?.$case === 'dropped') node.dropped.push(entry.value.conversations);
      },
      onDoubt: (doubt) => node.doubts.push(doubt),
      ...options,
    }),
    server: new PeerServer({
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      onStream: (call) => node.links.accept(call),
    }),
    send: (to, seq, bytes = 10) => {
      const value = {
        conversation: 7,
        seq,
        membersVersion: 1,
        sender: 1,
        uncounted: 0,
        serverRun: 0,
        sentAt: 0,
        exceptUsers: [],
        traceparent: '',
        frame: Buffer.alloc(bytes),
      };
      node.links.send(to.name, to.bootEpoch, encodeEntry({ $case: 'deliver', value }, 7));
    },
    close: async () => {
      await node.links.close();
      await node.server.close();
    },
  };
  await node.server.start();
  nodes.push(node);
  return node;
}

let version = 0;
function introduce(...all: Node[]): void {
  const view = all.map(({ name, bootEpoch, server }) => ({
    name,
    bootEpoch,
    peerAddress: `127.0.0.1:${server.port}`,
  }));
  version++;
  for (const { fleet } of all) fleet.update(version, view);
}

const seqs = (node: Node) => node.got.map(({ seq }) => seq);

test('two nodes that dial each other at once lose nothing and keep one stream', async () => {
  const [a, b] = [await startNode('a'), await startNode('b')];
  introduce(a, b);
  const wanted = Array.from({ length: 2_000 }, (_, i) => i + 1);
  for (const seq of wanted) {
    a.send(b, seq);
    b.send(a, seq);
    if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually('everything', () => a.got.length === wanted.length && b.got.length === wanted.length);
  assert.deepEqual(seqs(a), wanted);
  assert.deepEqual(seqs(b), wanted);
  assert.equal(a.links.disconnected + b.links.disconnected, 0);
  assert.deepEqual([a.doubts, b.doubts], [['grave'], ['grave']]);
});

test('an idle mesh connects by itself, so that a death is noticed', async () => {
  const [c, d] = [await startNode('c'), await startNode('d')];
  introduce(c, d);
  await eventually('streams', () => c.links.disconnected === 0 && d.links.disconnected === 0);
  await d.close();
  await eventually('the doubt', () => c.doubts.length === 2);
  assert.equal(c.links.disconnected, 1);
});

test('a node that comes later, and goes in order, is no reason to look for more than messages', async () => {
  const [k, l] = [await startNode('k'), await startNode('l', {}, 60_000_000)];
  introduce(k, l);
  await eventually('streams', () => k.links.disconnected === 0 && l.links.disconnected === 0);
  // Who came last may have missed what was said before the other one knew of it.
  assert.deepEqual([k.doubts, l.doubts], [['slight'], ['grave']]);
  k.send(l, 1);
  l.send(k, 2);
  await l.close();
  await eventually('it has ended', () => k.links.disconnected === 1);
  assert.deepEqual(seqs(k), [2]);
  k.fleet.update(++version, []);
  assert.deepEqual(k.doubts, ['slight', 'slight', 'slight']);
});

test('a node that is cut off may have had more to say, and so may one that is linked once more', async () => {
  const [m, n] = [await startNode('m'), await startNode('n', {}, 60_000_000)];
  introduce(m, n);
  await eventually('streams', () => m.links.disconnected === 0 && n.links.disconnected === 0);
  n.fleet.update(++version, []);
  await eventually('the cut', () => m.doubts.length === 2);
  introduce(m, n);
  await eventually('streams again', () => m.links.disconnected === 0 && n.links.disconnected === 0);
  assert.deepEqual(m.doubts, ['slight', 'grave', 'grave']);
});

test('what was meant for an earlier boot of a name does not reach the next one', async () => {
  const [e, f] = [await startNode('e'), await startNode('f')];
  const stale = { ...f, bootEpoch: 1 };
  introduce(f, e);
  e.fleet.update(++version, [{ name: 'f', bootEpoch: 1, peerAddress: `127.0.0.1:${f.server.port}` }]);
  e.send(stale, 1);
  e.fleet.update(++version, [
    { name: 'f', bootEpoch: f.bootEpoch, peerAddress: `127.0.0.1:${f.server.port}` },
  ]);
  e.send(f, 2);
  await eventually('the second', () => f.got.length > 0);
  assert.deepEqual(seqs(f), [2]);
});

test('a queue that overflows tells the receiver which conversations to look at', async () => {
  const [g, h] = [await startNode('g', { maxQueueBytes: 10_000 }), await startNode('h')];
  introduce(g, h);
  for (let seq = 1; seq <= 100; seq++) g.send(h, seq, 1_000);
  await eventually('the report', () => h.dropped.length > 0);
  assert.deepEqual(h.dropped, [[7]]);
  assert.ok(h.got.length < 100);
});

test('a node that routes name before the registry does is told of what it missed', async () => {
  const [i, j] = [await startNode('i'), await startNode('j')];
  i.send(j, 1);
  introduce(i, j);
  await eventually('the report', () => j.dropped.length > 0);
  assert.deepEqual(j.dropped, [[7]]);
});
