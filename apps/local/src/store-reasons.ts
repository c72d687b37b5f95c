import { errnoOf } from '@berth/mysql';

/** One of the servers that a variable names. */
export interface NamedServer {
  /** MySQL or Redis. */
  kind: string;
  host: string;
  port: number;
  /** Undefined where there is none. */
  database: string | undefined;
  wantsTls: boolean;
  /** The variable that names the authority of its certificate. */
  caVariable: string;
}

/** Why a server of one's own cannot be used, in words, without its password. */
export function reasonOf(cause: unknown, server: NamedServer): string {
  // A connection refused on several addresses comes as an AggregateError.
  const error = (cause instanceof AggregateError ? cause.errors[0] : cause) as NodeJS.ErrnoException;
  const code = String(error.code ?? '');
  const message = error.message ?? '';
  const where = `${server.host}:${server.port}`;
  const known: [boolean, string][] = [
    [code === 'ECONNREFUSED', `nobody listens at ${where} (connection refused)`],
    [/^(ENOTFOUND|EAI_AGAIN)$/.test(code), `there is no machine by the name of ${server.host}`],
    [/^(EHOSTUNREACH|ENETUNREACH)$/.test(code), `no way leads from here to ${where}`],
    ...certificateReasons(code, message, server),
    ...mysqlReasons(errnoOf(error), code, server),
    ...(server.kind === 'Redis' ? redisReasons(message, server) : []),
    [
      /ETIMEDOUT/.test(code + message) || error.name === 'DeadlineError' || /timed out/.test(message),
      `${where} does not answer${server.wantsTls ? ' in TLS: does it speak it?' : ''}`,
    ],
    [
      /^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST)$/.test(code) || /closed/.test(message),
      `${where} breaks the connection off: is that ${server.kind}, and does it want TLS?`,
    ],
  ];
  const found = known.find(([is]) => is);
  return found ? found[1] : message.split('\n')[0] || code || 'it does not answer';
}

function certificateReasons(
  code: string,
  message: string,
  { kind, caVariable }: NamedServer,
): [boolean, string][] {
  const text = `${code} ${message}`;
  return [
    [code === 'HANDSHAKE_NO_SSL_SUPPORT', `that ${kind} does not speak TLS, which ${caVariable} asks for`],
    [/WRONG_VERSION_NUMBER|wrong version number|EPROTO/.test(text), `that ${kind} does not speak TLS`],
    [/ALTNAME|altnames/i.test(text), 'its certificate (TLS) is for another name than the one in the address'],
    [/CERT_HAS_EXPIRED|has expired/i.test(text), 'its certificate (TLS) has expired'],
    [
      /SELF_SIGNED|self.signed|UNABLE_TO|unable to (get|verify)/i.test(text),
      `its certificate (TLS) is of no authority that is trusted; ${caVariable} names the file of another`,
    ],
  ];
}

function mysqlReasons(
  errno: number | undefined,
  code: string,
  { database }: NamedServer,
): [boolean, string][] {
  return [
    [errno === 1045 || errno === 1698, 'it refuses that user or password'],
    [errno === 1044, `that user may not use the database ${database}`],
    [errno === 1049, `it has no database ${database}; CREATE DATABASE ${database} makes it`],
    [errno === 1142 || errno === 1227, 'that user may not make tables'],
    [errno === 1040, 'it has as many connections as it takes'],
    [errno === 3159, 'it demands TLS: MYSQL_TLS_CA_FILE names the file of its authority'],
    [errno === 1021 || errno === 1114, 'its disk is full'],
    [code === 'ER_NOT_SUPPORTED_AUTH_MODE', 'it wants a kind of password that is not supported'],
  ];
}

function redisReasons(message: string, { database }: NamedServer): [boolean, string][] {
  return [
    [/^(WRONGPASS|ERR invalid password)/.test(message), 'it refuses that user or password'],
    [/^NOAUTH/.test(message), 'it wants a password'],
    [/DB index is out of range/.test(message), `it has no database ${database}`],
    [/^NOPERM/.test(message), `that user may not do enough: ${message}`],
    [/Protocol error/.test(message), 'what answers there is no Redis'],
  ];
}
