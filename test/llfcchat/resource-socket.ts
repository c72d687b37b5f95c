import { FrameSocket, frameOf } from '../harness/frame-socket.ts';

/** The raw connection to the file server: its lengths have four bytes. */
export const connectResource = (host: string, port: number): Promise<FrameSocket> =>
  FrameSocket.connect(host, port, { lengthBytes: 4 });

export const resourceFrame = (id: number, body: string, length = Buffer.byteLength(body)): Buffer =>
  frameOf(id, Buffer.from(body), 4, length);
