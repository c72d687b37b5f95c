import type { Platform } from './platform.ts';

/** A token of an operator's own, made as the one of the installation makes them. */
export async function operatorToken(
  platform: Pick<Platform, 'service' | 'operatorToken'>,
  name: string,
  scope: 'read' | 'operate',
): Promise<string> {
  const { token } = await askOperators(platform, '/v1/operator-tokens', { name, scope });
  return String(token);
}

/** From now on it is refused. */
export async function revokeOperatorToken(
  platform: Pick<Platform, 'service' | 'operatorToken'>,
  name: string,
): Promise<void> {
  await askOperators(platform, '/v1/operator-tokens/revoke', { name });
}

async function askOperators(
  platform: Pick<Platform, 'service' | 'operatorToken'>,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(platform.service('status').opsUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.operatorToken}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
