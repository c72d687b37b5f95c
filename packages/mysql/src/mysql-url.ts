/** What a `mysql://` address says. */
export interface MysqlAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/**
 * Reads `mysql://user[:password]@host[:port]/database`; an IPv6 address stands in brackets; user, password and database may be
 * percent-encoded, and must be where they hold one of `:/?#@`. Throws an Error that says what is not understood, without
 * showing any of it: it may be secret.
 */
export function parseMysqlUrl(url: string): MysqlAddress {
  if (!/^mysql:\/\//i.test(url)) throw new Error('expected mysql://user:password@host:port/database');
  const rest = url.slice('mysql://'.length);
  const at = rest.lastIndexOf('@');
  if (at < 0) throw new Error('names no user (mysql://user:password@host:port/database)');
  const [userPart = '', ...passwordParts] = rest.slice(0, at).split(':');
  if (/[/?#]/.test(rest.slice(0, at)) || passwordParts.length > 1) {
    throw new Error('one of : / ? # @ in a user or a password is written percent-encoded');
  }
  const parsed = /^(\[[0-9a-f:.]+\]|[^/:?#[\]]+)(?::(\d*))?(?:\/([^/?#]*))?(.*)$/i.exec(rest.slice(at + 1));
  if (!parsed) throw new Error('names no host that is understood (an IPv6 address stands in brackets)');
  const [, host = '', port, database, more] = parsed;
  if (more) throw new Error('takes nothing after the database: TLS and the like are settings of their own');
  if (!database) throw new Error('names no database');
  if (userPart === '') throw new Error('names no user');
  if (port !== undefined && (port === '' || Number(port) < 1 || Number(port) > 65_535)) {
    throw new Error('has a port that is none');
  }
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? 3306 : Number(port),
    user: decoded(userPart),
    password: decoded(passwordParts[0] ?? ''),
    database: decoded(database),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('holds a % that begins no percent-encoding (write %25)');
  }
}
