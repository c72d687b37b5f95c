/**
 * Server errors that speak of the server and not of the statement: too many connections (1040, 1203, 1226), disk or
 * table space full (1021, 1114), shutting down (1053), read only (1290, 1836, 3032), interrupted or killed (1317, 1927,
 * 3024), closed for idleness (4031).
 */
const awayErrnos = new Set([1021, 1040, 1053, 1114, 1203, 1226, 1290, 1317, 1836, 1927, 3024, 3032, 4031]);

export const errnoOf = (error: unknown): number | undefined =>
  (error as { errno?: number } | undefined)?.errno;

/** The server answered that it takes no statements, or no writes, for now. */
export const isServerAway = (error: unknown): boolean => awayErrnos.has(errnoOf(error) ?? 0);
