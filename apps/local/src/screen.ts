import { join, relative } from 'node:path';
import process from 'node:process';
import type { LocalConfig } from './config.ts';
import type { Plan } from './services.ts';

/** The one screen that is shown when everything runs. */
export function renderScreen(
  config: LocalConfig,
  plan: Plan,
  facts: {
    /** Of what runs at this moment. */
    pids: ReadonlyMap<string, number>;
    mysqlUrl: string;
    redisUrl: string;
    hasWebClient: boolean;
    elapsed: string;
  },
): string {
  const web = `http://127.0.0.1:${config.port}`;
  const logs = join(config.dataDir, 'logs');
  const nearLogs = relative(process.cwd(), logs);
  const chat = config.port === 8080 ? 'npx berth chat' : `npx berth chat --gate ${web}`;
  const clients = facts.hasWebClient
    ? [
        `open ${web} twice: in two browsers, or in a window and a private window`,
        `or run \`${chat}\` in two terminals`,
      ]
    : [`run \`${chat}\` in two terminals`];
  const places: [string, string][] = [
    ['gate', `${web}  (page of the interface: /docs)`],
    ...plan.nodes.map((node): [string, string] => [
      node.name,
      `ws://127.0.0.1:${node.ws}  tcp 127.0.0.1:${node.tcp}`,
    ]),
    ['status', `http://127.0.0.1:${plan.status.ops}/v1/fleet  grpc 127.0.0.1:${plan.status.grpc}`],
    ['verify', `grpc 127.0.0.1:${plan.verify.grpc}`],
    ['files', `http://127.0.0.1:${plan.files.http}/files  llfcchat 127.0.0.1:${plan.files.tcp}`],
    ['mail', `smtp 127.0.0.1:${plan.smtp}`],
    ['redis', address(facts.redisUrl)],
    ['mysql', address(facts.mysqlUrl)],
  ];
  const isPrivate = { redis: config.redisUrl === undefined, mysql: config.mysqlUrl === undefined };
  const processOf = (name: string): string => {
    if (isPrivate[name as keyof typeof isPrivate] === false) return 'not started by Berth';
    const pid = facts.pids.get(name);
    return pid === undefined ? 'is being started' : `process ${pid}`;
  };
  const width = Math.max(...places.map(([, place]) => place.length));
  return [
    '',
    `  Berth runs (started in ${facts.elapsed}).`,
    '',
    `  Web address   ${web}`,
    `  Mailbox       http://127.0.0.1:${config.mailPort}  (the codes arrive here; as JSON: /email)`,
    '',
    ...places.map(([name, place]) => `  ${name.padEnd(13)} ${place.padEnd(width)}  ${processOf(name)}`),
    '',
    ...clients.map((line, index) => `  ${(index === 0 ? 'Two clients' : '').padEnd(13)} ${line}`),
    `  Logs          ${nearLogs.startsWith('..') ? logs : nearLogs}/*.log`,
    '  Keys          + one more chat node, - one less, Enter for this screen as it is then',
    ...(config.elastic
      ? ['  Elastic       the planner starts and stops chat nodes; its reasons are shown here']
      : []),
    `  Operator      npx berth fleet ls --status http://127.0.0.1:${plan.status.ops} --token-file ${nearLogs.startsWith('..') ? plan.secrets.operatorToken : relative(process.cwd(), plan.secrets.operatorToken)}`,
    `                and on ${web}/#/fleet with a token of one's own (npx berth fleet token create NAME --scope operate …)`,
    '  Stop          Ctrl-C',
    '',
    '',
  ].join('\n');
}

/** Host and port of a server's URL: no user, no password. */
const address = (url: string): string => url.replace(/^[^/]*\/\/(?:[^@]*@)?([^/]*).*$/, '$1');
