import type { Log } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import { ZodError } from 'zod';
import { isStorageAway } from '../storage/file-storage.ts';
import { oldBodies } from './old-bodies.ts';
import type { OldContext } from './old-context.ts';
import { chunkBytes, OldRefusal, oldErrors, oldIds } from './old-ids.ts';
import type { OldPeer } from './old-peer.ts';
import { receiveFirstChunk, receiveIconChunk, receiveNextChunk } from './receive-chunk.ts';
import { sendIconChunk, sendPictureChunk, tellPicture } from './send-chunk.ts';

export interface OldAnswer {
  answer: { error: number };
  /** Nothing more is to be heard of who said that. */
  closes: boolean;
}

interface OldRoute {
  schema: { parse(body: unknown): unknown };
  handle(context: OldContext, peer: OldPeer, body: never): Promise<object>;
  /** Fields of the request that its answer says again. */
  echoed: readonly string[];
  /** What is the matter when it is the storage's. */
  fault: number;
}

const { cannotWrite, cannotRead } = oldErrors;
const chunkFields = ['seq', 'name', 'last', 'md5', 'uid', 'total_size', 'trans_size'];
const pictureFields = [...chunkFields, 'message_id', 'sender', 'receiver'];
const routes = new Map<number, OldRoute>([
  [
    oldIds.uploadIcon,
    {
      ...{ schema: oldBodies.uploadIcon, handle: receiveIconChunk, fault: cannotWrite },
      echoed: [...chunkFields, 'last_seq'],
    },
  ],
  [
    oldIds.firstChunk,
    { schema: oldBodies.firstChunk, handle: receiveFirstChunk, fault: cannotWrite, echoed: pictureFields },
  ],
  ...[oldIds.nextChunk, oldIds.resumedChunk].map((id): [number, OldRoute] => [
    id,
    { schema: oldBodies.nextChunk, handle: receiveNextChunk, fault: cannotWrite, echoed: pictureFields },
  ]),
  [
    oldIds.pictureInfo,
    { schema: oldBodies.pictureInfo, handle: tellPicture, fault: cannotRead, echoed: ['message_id'] },
  ],
  [
    oldIds.downloadPicture,
    {
      ...{ schema: oldBodies.downloadPicture, handle: sendPictureChunk, fault: cannotRead },
      echoed: ['name', 'seq', 'message_id', 'sender_id', 'receiver_id'],
    },
  ],
  [
    oldIds.download,
    {
      ...{ schema: oldBodies.download, handle: sendIconChunk, fault: cannotRead },
      echoed: ['name', 'seq', 'client_path', 'req_type'],
    },
  ],
]);

export interface OldDoorOptions {
  context: OldContext;
  log: Log;
  onRequest(id: number, error: number): void;
}

/** The frames that llfcchat clients send for files, each with one answer: theirs waits for ever for one that is not given. */
export class OldDoor {
  readonly #options: OldDoorOptions;

  constructor(options: OldDoorOptions) {
    this.#options = options;
  }

  async answer(peer: OldPeer, id: number, bytes: Buffer): Promise<OldAnswer> {
    const { context, onRequest } = this.#options;
    const route = routes.get(id);
    let said: Record<string, unknown> = {};
    let answer: { error: number };
    let closes = false;
    try {
      const body = parseJson(bytes);
      if (route === undefined) throw new OldRefusal(oldErrors.json, 'no such frame');
      said = Object.fromEntries(
        route.echoed.flatMap((field) => (field in body ? [[field, body[field]]] : [])),
      );
      const parsed = route.schema.parse(body) as never;
      const found = await context.pace.turn(chunkBytes, () => route.handle(context, peer, parsed));
      answer = { error: oldErrors.success, ...said, ...found };
    } catch (error) {
      const refusal = this.#refusalOf(error, id, route?.fault ?? cannotRead);
      answer = { error: refusal.error, ...said };
      closes = refusal.closes;
    }
    onRequest(routes.has(id) ? id : 0, answer.error);
    return { answer, closes };
  }

  /** Its uploads that are not whole are nobody's: the client begins anew. */
  async left(peer: OldPeer): Promise<void> {
    for (const key of [...peer.uploads.keys()]) await this.#options.context.uploads.drop(peer.uploads, key);
  }

  #refusalOf(error: unknown, id: number, fault: number): OldRefusal {
    if (error instanceof OldRefusal) return error;
    if (error instanceof ZodError) return new OldRefusal(oldErrors.json, 'fields');
    const known = toBerthError(error);
    if (known.code === 'internal')
      this.#options.log[isStorageAway(error) ? 'warn' : 'error'](
        { err: error, frame: id },
        'a frame of an llfcchat client failed',
      );
    return new OldRefusal(fault, known.code, { cause: error });
  }
}

function parseJson(bytes: Buffer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString());
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // It is told below.
  }
  throw new OldRefusal(oldErrors.json, 'no JSON object', { closes: true });
}
