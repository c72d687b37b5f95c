import { daysBetween } from '../i18n/formats.ts';

/** Messages of one sender that follow each other within this belong together. */
const togetherMs = 5 * 60_000;

interface Spoken {
  sender: number;
  sentAt: number;
}

/** Whether a message begins a day: nothing before it, or something of another day. */
export const beginsDay = (message: Spoken, previous: Spoken | undefined): boolean =>
  previous === undefined || daysBetween(previous.sentAt, message.sentAt) !== 0;

/** Whether a message belongs to the one before: same sender, same day, shortly after. */
export const continues = (message: Spoken, previous: Spoken | undefined): boolean =>
  previous !== undefined &&
  previous.sender === message.sender &&
  message.sentAt - previous.sentAt < togetherMs &&
  !beginsDay(message, previous);
