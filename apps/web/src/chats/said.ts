import type { Attachment, Forwarded, Mention, OutgoingState, Poll } from '@berth/client';
import type { Message } from '@berth/wire';

/** A message as it is shown, stored or on its way. */
export interface Said
  extends Pick<
    Message,
    'changed' | 'editedAt' | 'recalledBy' | 'unkept' | 'reactions' | 'replies' | 'pinned'
  > {
  cid: string;
  seq: number | undefined;
  sender: number;
  sentAt: number;
  text: string;
  attachments?: readonly Attachment[] | undefined;
  mentions?: readonly Mention[] | undefined;
  replyTo?: number | undefined;
  forwarded?: Forwarded | undefined;
  poll?: Poll | undefined;
  mine: boolean;
  /** Of one's own. */
  state: OutgoingState | undefined;
  errorCode?: string | undefined;
}
