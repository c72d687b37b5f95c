/** PROXY protocol version 2, the binary header that a proxy writes before the client's first byte. */
const signature = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const fixedBytes = 16;
/** Addresses take at most 36 bytes (216 for UNIX sockets), the rest are TLVs; proxies keep far below this. */
const maxHeaderBytes = 1_024;

export interface ProxyHeader {
  /** The client's address; undefined when the proxy speaks for itself (LOCAL) or of no IP address. */
  client: { address: string; port: number } | undefined;
  /** Bytes of the header; what follows is the client's. */
  bytes: number;
}

/** The header at the beginning of `bytes`; `more` when it is not whole yet. Throws RangeError when there is none. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'more' {
  const known = Math.min(bytes.length, signature.length);
  if (bytes.compare(signature, 0, known, 0, known) !== 0) throw new RangeError('no PROXY v2 header');
  if (bytes.length < fixedBytes) return 'more';
  if (bytes[12]! >> 4 !== 2) throw new RangeError('not version 2');
  const command = bytes[12]! & 0x0f;
  if (command > 1) throw new RangeError(`command ${command}`);
  const total = fixedBytes + bytes.readUInt16BE(14);
  if (total > maxHeaderBytes) throw new RangeError(`${total} bytes of header`);
  if (bytes.length < total) return 'more';
  const family = bytes[13]!;
  const isLocal = command === 0;
  if (!isLocal && family === 0x11 && total >= fixedBytes + 12)
    return {
      client: { address: [...bytes.subarray(16, 20)].join('.'), port: bytes.readUInt16BE(24) },
      bytes: total,
    };
  if (!isLocal && family === 0x21 && total >= fixedBytes + 36)
    return { client: { address: ipv6(bytes.subarray(16, 32)), port: bytes.readUInt16BE(48) }, bytes: total };
  return { client: undefined, bytes: total };
}

const ipv6 = (bytes: Buffer): string =>
  Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
