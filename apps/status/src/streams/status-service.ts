import { StatusMessage, StatusServiceService } from '@berth/contracts/status';

/**
 * StatusService, its stream answers encoded once however many nodes they go to: a fleet of 1,000 is one list of 1,000
 * peers for 1,000 streams.
 */
export const statusServiceDefinition = {
  ...StatusServiceService,
  report: { ...StatusServiceService.report, responseSerialize: createCachedEncoder() },
};

function createCachedEncoder(): (message: StatusMessage) => Buffer {
  const encoded = new WeakMap<StatusMessage, Buffer>();
  return (message) => {
    const kind = message.message?.$case;
    if (kind !== 'fleet' && kind !== 'revocation') return Buffer.from(StatusMessage.encode(message).finish());
    let bytes = encoded.get(message);
    if (!bytes) {
      bytes = Buffer.from(StatusMessage.encode(message).finish());
      encoded.set(message, bytes);
    }
    return bytes;
  };
}
