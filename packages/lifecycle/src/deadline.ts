/** Thrown when a call outlives its deadline; whether it was carried out is not known. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Resolves as `promise` does, or rejects with DeadlineError after `ms`. The call itself is not cancelled. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
