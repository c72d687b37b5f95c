import type { Socket } from 'node:net';

const told = Symbol('address');
type ToldSocket = Socket & { [told]?: string };

/** A proxy has told whose connection this is. */
export function setClientAddress(socket: Socket, address: string): void {
  (socket as ToldSocket)[told] = address;
}

/** The client's; empty when it is not known any more. */
export const clientAddressOf = (socket: Socket): string =>
  (socket as ToldSocket)[told] ?? socket.remoteAddress ?? '';
