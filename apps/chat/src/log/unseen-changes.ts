import { decodeBody, frameIds, limits, type Message } from '@berth/wire';
import { encodeStored } from './deliver-frame.ts';
import { isChange } from './entry-kinds.ts';

/** Whether the frame tells how a message changed. */
export const isChanged = (frame: Uint8Array): boolean =>
  frame[0] === frameIds.changed >> 8 && frame[1] === (frameIds.changed & 0xff);

/** Of a frame that tells a change the message that it is of. */
export const targetOf = (frame: Uint8Array): number | undefined =>
  isChanged(frame) ? messageIn(frame).target : undefined;

/** What one is told of a change of what is not theirs to see: that something has this place. */
export const inPlaceOf = ({ conversation, seq, sender, sentAt }: Message): Message => ({
  ...{ conversation, seq, kind: 'fence', sender, cid: '', sentAt, text: '' },
});

export const frameInPlaceOf = (frame: Uint8Array): Uint8Array => encodeStored(inPlaceOf(messageIn(frame)));

/** Whether it is a change of a message that one does not see. */
export const isUnseen = ({ kind, target }: Message, visible: { has(seq: number): boolean }): boolean =>
  isChange(kind) && target !== undefined && !visible.has(target);

const messageIn = (frame: Uint8Array): Message => decodeBody(frame.subarray(limits.headerBytes)) as Message;
