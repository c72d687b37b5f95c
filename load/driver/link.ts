/** A place on a chat node. */
export interface BerthTarget {
  kind: 'berth';
  url: string;
  ticket: string;
  conversation: number;
  /** Up to where everything of the conversation was seen; what is above it is asked for. Default: nothing is asked for. */
  mark?: number;
}

/** Where a client of the driver connects, and as whom. */
export type Target = (
  | { kind: 'relay'; url: string; room: string }
  | { kind: 'socket.io'; url: string; room: string }
  | BerthTarget
) & {
  /** The address to come from: one has no more than 28,000 ports for the same server. Default: the system's. */
  localAddress?: string;
  /** Authorities to trust in place of the system's, and whether any certificate will do. */
  ca?: string;
  insecure?: boolean;
};

/** What a link tells of what came in: how many acknowledgements and deliveries, and their bodies to who asks for them. */
export interface Arrivals {
  acknowledged(count: number): void;
  delivered(count: number): void;
  /**
   * Each body of an answer and of a delivery, decoded; leave undefined to only count. Peers have no seq: there, what
   * comes is numbered.
   */
  frame?: (id: number, body: Record<string, unknown>) => void;
  /** Of a Berth target without a mark: the conversation's head when the link was opened. */
  resumed?: (head: number) => void;
  /** It was ready, and has been closed by the other side. */
  closed?: () => void;
}

/** One client of the load driver: as little work per message as its protocol allows, so that the server is measured. */
export interface Link {
  /** Answers with the number by which the acknowledgement names it (Berth alone). */
  send(cid: string, text: string, resent?: boolean): number;
  /** Says that the client is there. Of socket.io the server asks. */
  beat(): void;
  close(): void;
}

/** `read`: its body, decoded when it is asked for. */
export function eachFrame(
  bytes: Buffer,
  take: (id: number, read: () => Record<string, unknown>) => void,
): void {
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const begins = offset + 4;
    const ends = begins + bytes.readUInt16BE(offset + 2);
    take(bytes.readUInt16BE(offset), () =>
      ends > begins ? JSON.parse(bytes.toString('utf8', begins, ends)) : {},
    );
    offset = ends;
  }
}
