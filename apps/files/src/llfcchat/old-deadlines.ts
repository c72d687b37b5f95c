/** How long what an llfcchat client begins may take, in milliseconds. Silence between two frames is no beginning. */
export interface OldDeadlines {
  /** For a PROXY header. */
  headerMs: number;
  /** A frame that has begun is whole within this. */
  frameMs: number;
  /** An answer is taken within this: then there is nobody any more. */
  takenMs: number;
  /** After the last words the client closes the connection. */
  lingerMs: number;
}

export const oldDeadlines: OldDeadlines = {
  ...{ headerMs: 5_000, frameMs: 30_000, takenMs: 60_000, lingerMs: 5_000 },
};
