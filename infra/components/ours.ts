/**
 * Annotations of what nobody else may change: what others have is taken back when the stack is refreshed and brought up,
 * where the engine would else give up over whose fields they are now.
 */
export const ours = { 'pulumi.com/patchForce': 'true' };
