export { call, createChannelOptions, spanned, targetOf } from './client.ts';
export { channelCredentials, type GrpcTls, serverCredentials } from './credentials.ts';
export { fromServiceError, isUnimplemented, toServiceError } from './errors.ts';
export { PlaceBatches } from './place-batches.ts';
export { RenewingClient } from './renewing-client.ts';
export { bindServer, closeServer, createServerOptions, traced, unary } from './server.ts';
