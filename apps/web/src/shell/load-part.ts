/** A part that cannot be had at once is tried again after these, jittered. */
const delaysMs = [400, 1_500];

/** Loads a part of the client. What fails is tried again. */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random())));
    }
  }
  return load();
}
