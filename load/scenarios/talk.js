import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';
import { logIn, registerPeople } from './accounts.js';
import { decodeFrames, encodeFrame, ids } from './frames.js';
import { profiles, thresholds } from './profiles.js';

/**
 * Pairs of friends who write to each other: k6 run -e PROFILE=smoke load/scenarios/talk.js
 * BERTH_URL and BERTH_MAIL_URL (the stack's output k6Env) say where; without them the platform of `npm start`.
 */
const profile = profiles[__ENV.PROFILE || 'smoke'];
const acknowledged = new Trend('berth_ack_ms', true);
const delivered = new Trend('berth_delivery_ms', true);
const errors = new Counter('berth_errors');
const missing = new Counter('berth_missing');

export const options = {
  thresholds,
  setupTimeout: '10m',
  scenarios: {
    talk: {
      executor: 'per-vu-iterations',
      vus: profile.pairs,
      iterations: 1,
      maxDuration: `${profile.seconds + 60}s`,
    },
  },
};

export function setup() {
  return { people: registerPeople(2 * profile.pairs) };
}

/** One pair: both connect, become friends, and the first writes until its time is over. */
export default function ({ people }) {
  const [ann, bob] = people.slice(2 * (__VU - 1), 2 * __VU);
  const sentAt = new Map();
  const heard = new Set();
  let conversation = 0;
  let number = 0;

  const bobSide = connect(bob, {
    [ids.deliver]: ({ cid, seq }) => {
      if (!sentAt.has(cid)) return;
      if (!heard.has(seq)) delivered.add(Date.now() - sentAt.get(cid));
      heard.add(seq);
    },
    [ids.friendAccept + 1]: (body) => {
      check(body, { friends: ({ friend }) => friend !== undefined });
      conversation = body.friend.conversation;
      write();
    },
  });
  const annSide = connect(ann, {
    [ids.resume + 1]: () => annSide.ask(ids.friendRequest, { user: bob.id }),
    [ids.friendRequest + 1]: () => bobSide.ask(ids.friendAccept, { user: ann.id }),
    [ids.send + 1]: (body) => acknowledged.add(Date.now() - sentAt.get(body.req)),
  });

  function write() {
    const timer = setInterval(() => {
      const cid = `${__VU}-${++number}`;
      sentAt.set(cid, Date.now());
      sentAt.set(
        annSide.ask(ids.send, { conversation, cid, text: `message ${number} of ${__VU}` }),
        Date.now(),
      );
    }, 1_000 / profile.messagesPerSecond);
    setTimeout(() => clearInterval(timer), profile.seconds * 1_000);
    setTimeout(
      () => {
        check(number, { 'something was sent': (count) => count > 0 });
        missing.add(number - heard.size);
        annSide.close();
        bobSide.close();
      },
      (profile.seconds + 5) * 1_000,
    );
  }
}

/** A connection that says hello and resumes; `handlers` by the ids of what comes. */
function connect(person, handlers) {
  const berth = logIn(person);
  const socket = new WebSocket(berth.url);
  socket.binaryType = 'arraybuffer';
  let req = 0;
  const ask = (id, body) => {
    req++;
    socket.send(encodeFrame(id, { req, ...body }));
    return req;
  };
  socket.onopen = () => {
    ask(ids.hello, { token: berth.ticket });
    ask(ids.resume, { marks: [] });
  };
  socket.onmessage = ({ data }) => {
    for (const { id, body } of decodeFrames(data)) {
      if (body.error) {
        errors.add(1);
        console.error(`${id}: ${JSON.stringify(body.error)}`);
      } else if (id === ids.probe) socket.send(encodeFrame(ids.probe + 1, {}));
      else if (handlers[id]) handlers[id](body);
    }
  };
  socket.onerror = ({ error }) => {
    errors.add(1);
    console.error(error);
  };
  const beat = setInterval(() => ask(ids.heartbeat, {}), 20_000);
  return {
    ask,
    close: () => {
      clearInterval(beat);
      socket.close();
    },
  };
}
