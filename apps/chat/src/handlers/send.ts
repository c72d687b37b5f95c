import type { TraceSpan } from '@berth/telemetry';
import { type Attachment, BerthError, pollText } from '@berth/wire';
import type { RequestBody } from '@berth/wire/requests';
import type { Context, Handler, Session } from '../context.ts';
import { requireVisible } from '../events/change-events.ts';
import { readForwarded } from '../events/forwarded.ts';
import { deliverBodyBytes, encodeDeliver } from '../log/deliver-frame.ts';
import type { Carried } from '../log/message-state.ts';
import type { OutgoingMessage, Receipt } from '../log/message-store.ts';
import type { SendWaiter } from '../log/pending-message.ts';
import { type Standing, writeRefusal } from '../membership/standing.ts';

/**
 * Stores a message and answers once it is committed; a resend gets the first receipt again. Every member's sessions are
 * then pushed the deliver frame, the sender's own among them but for the one that sent it and wants no echo.
 */
export const send: Handler<'send'> = (context, session, body) =>
  new Promise((resolve, reject) =>
    submitSend(context, session, body, { stored: resolve, refused: reject }, context.tracing.active),
  );

/** The same without a promise for each, and with its trace by name: messages are most of what is done. Throws what can be told at once. */
export function submitSend(
  context: Context,
  session: Session,
  body: RequestBody<'send'>,
  waiter: SendWaiter,
  trace: TraceSpan | undefined,
): void {
  const { config, sendTurns, stores } = context;
  const { conversation, cid, text, attachments: wanted, forward, poll } = body;
  const sender = session.user;
  const judging = trace?.child('judge');
  const retryAfterMs = stores.sendRates.take(sender, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  // What is no Unicode text would be stored as another one.
  if (!text.isWellFormed() || !cid.isWellFormed()) {
    throw new BerthError('bad_request', 'text and cid must be well-formed Unicode');
  }
  const rules = { strangersMayWrite: config.strangersMayWrite, now: Date.now() };
  const isPlain = wanted === undefined && forward === undefined && poll === undefined;
  const frame = isPlain ? frameOf(context, session, body) : undefined;
  const isFree = frame !== undefined && body.thread === undefined && !sendTurns.isTaken(conversation, sender);
  const known = isFree ? allowed(context, rules, conversation, sender) : undefined;
  if (frame === undefined || known === undefined || repliesEarlier(known, body)) {
    sendInTurn(context, session, body, waiter, { rules, frame, trace, judging });
    return;
  }
  judging?.end();
  const message = outgoing(session, body, { frame, standing: known, trace });
  stores.messageWriter.submit(message, new Wrote(stores.marks, conversation, sender, waiter));
}

type Marks = Pick<Context['stores']['marks'], 'wrote'>;

/** Who writes has read what was there. */
class Wrote implements SendWaiter {
  readonly #marks: Marks;
  readonly #conversation: number;
  readonly #sender: number;
  readonly #waiter: SendWaiter;

  constructor(marks: Marks, conversation: number, sender: number, waiter: SendWaiter) {
    this.#marks = marks;
    this.#conversation = conversation;
    this.#sender = sender;
    this.#waiter = waiter;
  }

  stored(receipt: Receipt): void {
    this.#marks.wrote({ conversation: this.#conversation, user: this.#sender }, receipt.seq);
    this.#waiter.stored(receipt);
  }

  refused(error: unknown): void {
    this.#waiter.refused(error);
  }
}

/** Apart from the usual way, which keeps nothing of it. */
function sendInTurn(
  context: Context,
  session: Session,
  body: RequestBody<'send'>,
  waiter: SendWaiter,
  { rules, frame, trace, judging }: Judged,
): void {
  const { sendTurns, stores } = context;
  const { conversation, resent, thread } = body;
  const sender = session.user;
  // In a thread it is the thread that was read.
  const settled = thread === undefined ? new Wrote(stores.marks, conversation, sender, waiter) : waiter;
  const inTurn = sendTurns.take(conversation, sender, async (handedOn) => {
    const standing =
      allowed(context, rules, conversation, sender) ??
      (await reloadStanding(context, rules, conversation, sender, resent));
    if (thread !== undefined) await requireThread(context, sender, body, thread);
    if (repliesEarlier(standing, body)) await requireReplied(context, sender, body, body.replyTo!);
    const more = frame === undefined ? await readMore(context, session, body) : undefined;
    const whole = frame ?? frameOf(context, session, body, more);
    judging?.end();
    const message = outgoing(session, body, { frame: whole, standing, trace, more });
    const written = stores.messageWriter.write(message);
    handedOn();
    return written;
  });
  inTurn.then(
    (receipt) => settled.stored(receipt),
    (error: unknown) => settled.refused(error),
  );
}

interface Rules {
  strangersMayWrite: boolean;
  now: number;
}

/** How far a send has come. */
interface Judged {
  rules: Rules;
  /** Undefined where what it brings along must be read first. */
  frame: Uint8Array | undefined;
  trace: TraceSpan | undefined;
  judging: TraceSpan | undefined;
}

/** What is known here of a sender who may write. */
function allowed(
  { stores }: Context,
  rules: Rules,
  conversation: number,
  sender: number,
): Standing | undefined {
  const cached = stores.directory.cached(conversation, sender);
  return cached !== undefined && writeRefusal(cached, rules) === undefined ? cached : undefined;
}

function frameOf(
  { config }: Context,
  { user: sender }: Session,
  { conversation, cid, text, thread, replyTo = thread, mentions }: RequestBody<'send'>,
  more?: More,
): Uint8Array {
  const message: Parameters<typeof encodeDeliver>[0] = { conversation, sender, cid, text };
  if (replyTo !== undefined) message.replyTo = replyTo;
  if (thread !== undefined) message.thread = thread;
  if (mentions !== undefined) message.mentions = mentions;
  if (more !== undefined) Object.assign(message, partsOf(more));
  const frame = encodeDeliver(message);
  if (deliverBodyBytes(frame) > config.maxDeliverBytes) {
    throw new BerthError('too_large', `a message has at most ${config.maxDeliverBytes} bytes when encoded`);
  }
  return frame;
}

const partsOf = ({ text, attachments, carried }: More) => ({
  text,
  ...(attachments.length > 0 && { attachments }),
  ...carried,
});

function outgoing(
  session: Session,
  { conversation, cid, text, thread, replyTo = thread, resent, mentions }: RequestBody<'send'>,
  {
    frame,
    standing,
    trace,
    more,
  }: {
    frame: Uint8Array;
    standing: Standing;
    trace: TraceSpan | undefined;
    more?: More | undefined;
  },
): OutgoingMessage {
  const origin = session.echo ? undefined : session;
  const sender = session.user;
  const message = { conversation, sender, cid, text, replyTo, resent, origin, frame, standing, trace };
  if (more === undefined && mentions === undefined && thread === undefined) return message;
  return { ...message, ...more, ...(mentions && { mentions }), thread };
}

/** Who may not see the message above writes nothing below it; what is stored there already stays. */
async function requireThread(
  context: Context,
  sender: number,
  { conversation, cid, resent }: RequestBody<'send'>,
  root: number,
): Promise<void> {
  try {
    await requireVisible(context, conversation, sender, root);
  } catch (error) {
    if (resent && (await context.stores.ranges.isStored({ conversation, sender, cid }))) return;
    throw error;
  }
}

/** Whether the message replied to is older than the sender's stay: what came later is there for all, if it is there at all. */
const repliesEarlier = ({ member }: Standing, { replyTo }: RequestBody<'send'>): boolean =>
  replyTo !== undefined && member !== undefined && replyTo <= member.joinedSeq;

/** The same of a reply: nobody is pointed to what the sender cannot see. */
async function requireReplied(
  context: Context,
  sender: number,
  body: RequestBody<'send'>,
  replyTo: number,
): Promise<void> {
  try {
    await requireThread(context, sender, body, replyTo);
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'not_found') throw error;
    throw new BerthError('bad_request', 'replyTo names no message');
  }
}

/** What a message has that is more than words: those that are to be said with it, too. */
interface More {
  text: string;
  attachments: Attachment[];
  filesOf?: number;
  carried?: Carried;
}

/**
 * What a message brings along may be gone since it was stored, when it was recalled: the store finds it by its cid, whatever is
 * said of it now.
 */
async function readMore(
  context: Context,
  session: Session,
  { conversation, cid, text, resent, attachments: wanted, forward, poll }: RequestBody<'send'>,
): Promise<More> {
  const { stores } = context;
  const sender = session.user;
  if (poll !== undefined) {
    const asked = { ...poll, counts: poll.options.map(() => 0), voters: 0 };
    return { text: pollText(poll), attachments: [], carried: { poll: asked } };
  }
  try {
    if (forward !== undefined) return await readForwarded(context, session, forward, conversation);
    const use = { kind: 'message', conversation, cid } as const;
    return { text, attachments: await stores.files.attach(sender, use, wanted!, Date.now()) };
  } catch (error) {
    const isGone = error instanceof BerthError && (error.code === 'not_found' || error.code === 'recalled');
    if (isGone && resent && (await stores.ranges.isStored({ conversation, sender, cid })))
      return { text, attachments: [] };
    throw error;
  }
}

/**
 * A cached refusal may be behind what another node has allowed since. Throws the refusal as it is now, unless the message
 * may be stored already: then the store looks it up first.
 */
async function reloadStanding(
  { stores }: Context,
  rules: Rules,
  conversation: number,
  sender: number,
  resent: boolean,
): Promise<Standing> {
  const standing = await stores.directory.reload(conversation, sender);
  const refusal = writeRefusal(standing, rules);
  if (refusal !== undefined && !resent) throw refusal;
  return standing;
}
