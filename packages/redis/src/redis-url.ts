/** What an address of Redis says. */
export interface RedisAddress {
  topology: 'single' | 'cluster' | 'sentinel';
  tls: boolean;
  /** The server; or nodes of the cluster, or sentinels, to begin with. */
  nodes: { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  /** Number of the database, 0 on a cluster. */
  db: number;
  /** With sentinels: what they call the master, and how to log in to them. */
  masterName: string;
  sentinelUsername: string | undefined;
  sentinelPassword: string | undefined;
}

/**
 * Reads `redis[s]://[[user]:password@]host[:port][/database]`, `redis[s]+cluster://…host:port,host:port` and
 * `redis[s]+sentinel://…host:port,host:port/master-name[/database][?sentinelUsername=…&sentinelPassword=…]`. IPv6 addresses
 * stand in brackets; user and password may be percent-encoded. Throws an Error that says what is not understood, without
 * showing any of it: it may be secret.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const form = /^(redis|rediss)(?:\+(cluster|sentinel))?:\/\/(.*)$/is.exec(url);
  if (!form)
    throw new Error('expected redis[s]://, redis[s]+sentinel:// or redis[s]+cluster:// and an address');
  const topology = (form[2]?.toLowerCase() ?? 'single') as RedisAddress['topology'];
  const rest = form[3]!;
  const query = queryStart(rest);
  const address = rest.slice(0, query);
  const at = address.lastIndexOf('@');
  const [hosts = '', ...path] = address.slice(at + 1).split('/');
  return {
    topology,
    tls: form[1]!.toLowerCase() === 'rediss',
    nodes: nodesOf(hosts, topology),
    ...credentialsOf(at < 0 ? undefined : address.slice(0, at)),
    ...placeOf(path, topology),
    ...sentinelCredentialsOf(rest.slice(query + 1), topology),
  };
}

/** Where the options begin: a `?` after the last host, since the password may hold one. */
function queryStart(rest: string): number {
  const start = rest.indexOf('?', Math.max(rest.lastIndexOf('@'), 0));
  return start < 0 ? rest.length : start;
}

function nodesOf(hosts: string, topology: RedisAddress['topology']): RedisAddress['nodes'] {
  const nodes = hosts.split(',').map((node) => {
    const parsed = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d+))?$/i.exec(node.trim());
    if (!parsed) throw new Error('has a host or port that is none (an IPv6 address stands in brackets)');
    const port = parsed[2] === undefined ? (topology === 'sentinel' ? 26_379 : 6_379) : Number(parsed[2]);
    if (port < 1 || port > 65_535) throw new Error('has a port that is none');
    return { host: parsed[1]!.replace(/^\[|\]$/g, ''), port };
  });
  if (nodes.length > 1 && topology === 'single') {
    throw new Error(
      'names several hosts: those of a cluster need redis+cluster://, sentinels redis+sentinel://',
    );
  }
  return nodes;
}

function credentialsOf(userInfo: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (userInfo === undefined) return { username: undefined, password: undefined };
  const colon = userInfo.indexOf(':');
  if (colon < 0) throw new Error('names a user without a password; a password alone is written :password@');
  return {
    username: decoded(userInfo.slice(0, colon)) || undefined,
    password: decoded(userInfo.slice(colon + 1)) || undefined,
  };
}

function placeOf(
  path: string[],
  topology: RedisAddress['topology'],
): Pick<RedisAddress, 'db' | 'masterName'> {
  const parts = path.at(-1) === '' ? path.slice(0, -1) : path;
  const masterName = topology === 'sentinel' ? (parts.shift() ?? 'mymaster') : '';
  const db = parts.shift() ?? '0';
  if (parts.length > 0 || !/^\d+$/.test(db)) throw new Error('names a database that is no number');
  if (topology === 'cluster' && Number(db) !== 0) throw new Error('names a database; a cluster has only one');
  return { db: Number(db), masterName: decoded(masterName) };
}

function sentinelCredentialsOf(
  query: string,
  topology: RedisAddress['topology'],
): Pick<RedisAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const known = new Map<string, string>();
  for (const option of query === '' ? [] : query.split('&')) {
    const equals = option.indexOf('=');
    const name = equals < 0 ? option : option.slice(0, equals);
    if (topology !== 'sentinel' || !['sentinelUsername', 'sentinelPassword'].includes(name) || equals < 0) {
      throw new Error(
        'takes no options but sentinelUsername and sentinelPassword, and these with +sentinel only',
      );
    }
    known.set(name, decoded(option.slice(equals + 1)));
  }
  return {
    sentinelUsername: known.get('sentinelUsername'),
    sentinelPassword: known.get('sentinelPassword'),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('holds a % that begins no percent-encoding (write %25)');
  }
}
