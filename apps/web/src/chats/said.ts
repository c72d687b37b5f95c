import type { OutgoingState } from '@berth/client';

/** A message as it is shown, stored or on its way. */
export interface Said {
  cid: string;
  seq: number | undefined;
  sender: number;
  sentAt: number;
  text: string;
  replyTo?: number | undefined;
  mine: boolean;
  /** Of one's own. */
  state: OutgoingState | undefined;
  errorCode?: string | undefined;
}
