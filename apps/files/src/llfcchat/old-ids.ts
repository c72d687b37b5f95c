/** Ids of the dialect's frames on the connection for files. An answer has the id after its request's. */
export const oldIds = {
  uploadIcon: 1031,
  download: 1033,
  nextChunk: 1037,
  firstChunk: 1041,
  resumedChunk: 1043,
  pictureInfo: 1045,
  downloadPicture: 1047,
} as const;

/** The numbers that the dialect has for errors here; some mean something else on the chat connection. */
export const oldErrors = {
  success: 0,
  json: 1001,
  tokenInvalid: 1010,
  uidInvalid: 1011,
  fileNotExists: 1012,
  cannotWrite: 1015,
  cannotRead: 1016,
  wrongSeq: 1017,
  wrongOffset: 1018,
  wrongMessage: 1022,
} as const;

/** Bytes of a file in one frame. */
export const chunkBytes = 32_768;

/** What a request is answered instead; `closes`: the client cannot be who it says, or cannot be understood. */
export class OldRefusal extends Error {
  override readonly name = 'OldRefusal';
  readonly error: number;
  readonly closes: boolean;

  constructor(
    error: number,
    message: string,
    { closes = false, cause }: { closes?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.error = error;
    this.closes = closes;
  }
}
