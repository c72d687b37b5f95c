import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { CertificateAuthority, startTestMysql, TcpProxy } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { freePorts, type RunningMysql, type RunningRedis, startRedis } from '@berth/stores';
import { createSessionKey, publicSessionKeys } from '@berth/tokens';
import { describePlatform } from './describe-platform.ts';
import { Mailbox } from './mailbox.ts';
import { Service } from './service.ts';

export interface ChatNode extends Service {
  tcpPort: number;
  wsPort: number;
  /** Through which other nodes reach this one, with `proxied: ['peers']`. */
  peerProxy: TcpProxy;
}

/** What of a platform people and checks need, wherever it runs. */
export type PlatformDoors = Pick<Platform, 'gateUrl' | 'db' | 'beforeClose'> &
  Partial<Pick<Platform, 'beforeClose'>> & { mailbox: Pick<Mailbox, 'code'> };

export interface PlatformOptions {
  /** Chat nodes. Default 2. */
  nodes?: number;
  /** Status replicas. Default 1. */
  statusReplicas?: number;
  /**
   * What goes through a TcpProxy: every service's Redis (`redisProxy`), what others send to a node (`peerProxy`), what gate
   * asks the first status replica (`statusProxy`).
   */
  proxied?: ('redis' | 'peers' | 'status')[];
  /** A files service, on a disk of its own. Default false. */
  files?: boolean;
  /** Services speak mutual TLS with each other. */
  mutualTls?: boolean;
  /** Root of another release, whose services and schema it starts with. Default: the present one. */
  release?: string;
  /** Where MySQL's data is put. Default: the machine's folder for such. */
  mysqlFolder?: string;
  /** Further environment of services, by their names; `chat` means every chat node. */
  environment?: Partial<Record<App, Record<string, string>>>;
}

type App = 'gate' | 'verify' | 'status' | 'chat' | 'files';

/** Enough for a dozen chat nodes beside the rest. */
const portsOfPlatform = 64;

/**
 * The whole platform on free ports of 127.0.0.1: a MySQL, a Redis and a mail catcher of its own, and each service as a
 * process. Stores and services may be stopped, killed and started again one by one.
 */
export class Platform {
  readonly #folder: string;
  readonly #options: PlatformOptions;
  readonly services = new Map<string, Service>();
  /** Where each service takes gRPC. */
  readonly grpcPorts = new Map<string, number>();
  nodes: ChatNode[] = [];
  gateUrl = '';
  /** With `files`: where clients of the llfcchat dialect find them. */
  filesPort = 0;
  /** What status asks for before it tells of the fleet. */
  readonly operatorToken = secret();
  /** JSON of the key file that gate signs session tokens with. */
  sessionKeys = '';
  mailbox!: Mailbox;
  mysql!: RunningMysql;
  redis!: RunningRedis;
  db!: Mysql;
  /** With `proxied: ['redis']`. */
  redisProxy!: TcpProxy;
  /** With `proxied: ['status']`. */
  statusProxy!: TcpProxy;
  readonly #proxies: TcpProxy[] = [];
  #mysqlServer!: Awaited<ReturnType<typeof startTestMysql>>;
  #shared: Record<string, string> = {};
  #gateEnvironment: Record<string, string> = {};
  readonly #beforeClose: (() => Promise<void>)[] = [];
  /** Not yet given away. All different: one that is asked for after another was let go may be the same. */
  #ports: number[] = [];

  private constructor(folder: string, options: PlatformOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: PlatformOptions = {}): Promise<Platform> {
    const platform = new Platform(await mkdtemp(join(tmpdir(), 'berth-platform-')), options);
    try {
      await platform.#start();
      return platform;
    } catch (error) {
      await platform.close();
      throw error;
    }
  }

  get logFolder(): string {
    return join(this.#folder, 'logs');
  }

  service(name: string): Service {
    const service = this.services.get(name);
    if (!service) throw new Error(`no service ${name}; there are ${[...this.services.keys()].join(', ')}`);
    return service;
  }

  async restartMysql(): Promise<void> {
    this.mysql = await this.#mysqlServer.restart();
  }

  async restartRedis(): Promise<void> {
    this.redis = await startRedis({ port: this.redis.port });
  }

  /** One more chat node, ready. */
  async addNode(): Promise<ChatNode> {
    const node = await this.#createNode(this.nodes.length + 1);
    await node.start();
    return node;
  }

  /** One more gate behind the same stores, ready; answers with it and its address. */
  async addGate(environment: Record<string, string>): Promise<{ gate: Service; url: string }> {
    const added = this.#addGate(`gate-${this.services.size}`, environment);
    await added.gate.start();
    return added;
  }

  /** Something to be closed before the platform is: a client that is still there would try to reconnect for ever. */
  beforeClose(close: () => Promise<void>): void {
    this.#beforeClose.push(close);
  }

  /** How many closers there are; `closeFrom` runs and forgets those that came after. */
  get closerCount(): number {
    return this.#beforeClose.length;
  }

  async closeFrom(count: number): Promise<void> {
    await Promise.all(this.#beforeClose.splice(count).map((close) => close()));
  }

  async close(): Promise<void> {
    await this.closeFrom(0);
    await Promise.all([...this.services.values()].map((service) => service.kill()));
    await this.db?.close().catch(() => {});
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await Promise.all([this.mysql?.kill(), this.redis?.kill(), this.mailbox?.close()]);
    await this.#mysqlServer?.remove();
    if (process.env.BERTH_KEEP_LOGS !== 'true') await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    await mkdir(this.logFolder, { recursive: true });
    // One that does not start leaves the others to be closed.
    const started = await Promise.allSettled([
      startTestMysql([], {
        parent: this.#options.mysqlFolder,
        migrated: this.#options.release === undefined,
      }).then((server) => {
        this.mysql = server;
        this.#mysqlServer = server;
      }),
      startRedis().then((server) => {
        this.redis = server;
      }),
      Mailbox.start().then((mailbox) => {
        this.mailbox = mailbox;
      }),
    ]);
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const { mysql, redis, mailbox } = this;
    this.#ports = await freePorts(portsOfPlatform);
    if (this.#options.proxied?.includes('redis')) this.redisProxy = await this.#startProxy(redis.port);
    this.#shared = {
      MYSQL_URL: mysql.url,
      REDIS_URL: this.redisProxy ? `redis://127.0.0.1:${this.redisProxy.port}` : redis.url,
      OPS_HOST: '127.0.0.1',
      GRPC_HOST: '127.0.0.1',
    };
    if (this.#options.mutualTls) Object.assign(this.#shared, await this.#certificates());
    this.db = new Mysql({ url: mysql.url });
    if (this.#options.release !== undefined) await migrateAs(this.#options.release, mysql.url);
    this.sessionKeys = JSON.stringify({ keys: [createSessionKey()] });
    const keyFile = join(this.#folder, 'session-keys.json');
    await writeFile(keyFile, this.sessionKeys, { mode: 0o600 });

    const verifyPort = this.#create('verify', { SMTP_URL: mailbox.smtpUrl, CODE_SECRET: secret() });
    const ticketSecret = secret();
    const statusPorts: number[] = [];
    for (let replica = 1; replica <= (this.#options.statusReplicas ?? 1); replica++) {
      statusPorts.push(
        this.#create('status', { TICKET_SECRET: ticketSecret, OPERATOR_TOKEN: this.operatorToken }, replica),
      );
    }
    this.#shared.STATUS_ADDRESS = statusPorts.map((port) => `127.0.0.1:${port}`).join(',');
    if (this.#options.proxied?.includes('status')) this.statusProxy = await this.#startProxy(statusPorts[0]!);
    this.#gateEnvironment = {
      VERIFY_ADDRESS: `127.0.0.1:${verifyPort}`,
      SESSION_KEYS_FILE: keyFile,
      OPERATORS_URL: this.service('status').opsUrl,
      // As in the chart.
      GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1',
      ...(this.statusProxy && { STATUS_ADDRESS: `127.0.0.1:${this.statusProxy.port}` }),
      // Every client of a test comes from one address.
      REQUESTS_PER_ADDRESS_MINUTE: '100000',
    };
    if (this.#options.files) {
      this.#gateEnvironment.FILES_URL = this.#createFiles();
      Object.assign(this.#gateEnvironment, { FILES_HOST: '127.0.0.1', FILES_PORT: String(this.filesPort) });
    }
    this.gateUrl = this.#addGate('gate', {}).url;
    for (let node = 1; node <= (this.#options.nodes ?? 2); node++) await this.#createNode(node);

    for (const service of this.services.values()) service.spawn();
    await Promise.all([...this.services.values()].map((service) => service.ready()));
  }

  /** A service with a gRPC port, which is the answer. The first replica bears the app's name, others a number, too. */
  #create(app: 'verify' | 'status', environment: Record<string, string>, replica = 1): number {
    const [grpcPort, opsPort] = [this.#nextPort(), this.#nextPort()];
    const name = replica === 1 ? app : `${app}-${replica}`;
    const ports = { GRPC_PORT: String(grpcPort), OPS_PORT: String(opsPort) };
    this.#add(name, app, { ...ports, ...environment }, opsPort);
    this.grpcPorts.set(name, grpcPort);
    return grpcPort;
  }

  /** Answers with its address. */
  #createFiles(): string {
    const [port, opsPort] = [this.#nextPort(), this.#nextPort()];
    const url = `http://127.0.0.1:${port}/files`;
    this.filesPort = this.#nextPort();
    const environment = {
      ...{ HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port), OPS_PORT: String(opsPort), FILES_URL: url },
      ...{ TCP_HOST: '127.0.0.1', TCP_PORT: String(this.filesPort) },
      SESSION_PUBLIC_KEYS: publicSessionKeys(this.sessionKeys),
      ...{ LINK_SECRET: secret(), STORAGE_DIR: join(this.#folder, 'files'), SWEEP_SECONDS: '86400' },
    };
    this.#add('files', 'files', environment, opsPort);
    return url;
  }

  #addGate(name: string, environment: Record<string, string>): { gate: Service; url: string } {
    const [port, opsPort] = [this.#nextPort(), this.#nextPort()];
    const doors = { HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port), OPS_PORT: String(opsPort) };
    const gate = this.#add(name, 'gate', { ...this.#gateEnvironment, ...doors }, opsPort, environment);
    return { gate, url: `http://127.0.0.1:${port}` };
  }

  async #createNode(number: number): Promise<ChatNode> {
    const [tcpPort, wsPort] = [this.#nextPort(), this.#nextPort()];
    const [peerPort, opsPort] = [this.#nextPort(), this.#nextPort()];
    this.grpcPorts.set(`chat-${number}`, peerPort);
    const peerProxy = this.#options.proxied?.includes('peers') ? await this.#startProxy(peerPort) : undefined;
    const environment = {
      NODE_NAME: `chat-${number}`,
      TCP_HOST: '127.0.0.1',
      TCP_PORT: String(tcpPort),
      WS_HOST: '127.0.0.1',
      WS_PORT: String(wsPort),
      CLIENT_HOST: '127.0.0.1',
      CLIENT_PORT: String(tcpPort),
      CLIENT_URL: `ws://127.0.0.1:${wsPort}`,
      PEER_HOST: '127.0.0.1',
      PEER_PORT: String(peerPort),
      PEER_ADDRESS: `127.0.0.1:${peerProxy?.port ?? peerPort}`,
      OPS_PORT: String(opsPort),
      DRAIN_SECONDS: '5',
      // As in the chart.
      NODE_OPTIONS: '--max-semi-space-size=64',
      // Tests make in a minute what people do in a year.
      ...{
        FRIEND_REQUESTS_PER_HOUR: '100000',
        FRIEND_REQUESTS_PER_DAY: '100000',
        FRIEND_REQUEST_AGAIN_DAYS: '0',
      },
      ...{ PROFILES_PER_MINUTE: '100000', PROFILES_PER_DAY: '100000', GROUP_MEMBERS_PER_HOUR: '100000' },
      ...{ GROUPS_PER_HOUR: '100000', GROUPS_PER_DAY: '100000' },
      ...{ CHANGES_PER_MINUTE: '100000', CHANGES_PER_DAY: '100000' },
    };
    const service = this.#add(`chat-${number}`, 'chat', environment, opsPort);
    const node: ChatNode = Object.assign(service, { tcpPort, wsPort, peerProxy: peerProxy! });
    this.nodes.push(node);
    return node;
  }

  /** One certificate for all of them, since all have one address. */
  async #certificates(): Promise<Record<string, string>> {
    const authority = new CertificateAuthority('Berth');
    const { cert, key } = authority.issue('127.0.0.1');
    const contents = { CERT: cert, KEY: key, CA: authority.cert };
    const environment: Record<string, string> = {};
    for (const [name, content] of Object.entries(contents)) {
      const file = join(this.#folder, `${name.toLowerCase()}.pem`);
      await writeFile(file, content, { mode: 0o600 });
      environment[`GRPC_TLS_${name}_FILE`] = file;
    }
    return environment;
  }

  async #startProxy(port: number): Promise<TcpProxy> {
    const proxy = await new TcpProxy({ host: '127.0.0.1', port }).start();
    this.#proxies.push(proxy);
    return proxy;
  }

  #nextPort(): number {
    const port = this.#ports.pop();
    if (port === undefined) throw new Error(`more than ${portsOfPlatform} ports`);
    return port;
  }

  #add(
    name: string,
    app: App,
    environment: Record<string, string>,
    opsPort: number,
    own: Record<string, string> = {},
  ): Service {
    const all = { ...this.#shared, ...environment, ...this.#options.environment?.[app], ...own };
    const service = new Service(name, `apps/${app}/src/main.ts`, all, opsPort, this.logFolder);
    service.root = this.#options.release ?? service.root;
    this.services.set(name, service);
    return service;
  }
}

/** The schema of another release, by its own hand. */
const migrateAs = (root: string, url: string) =>
  promisify(execFile)(process.execPath, [join(root, 'apps/migrate/src/main.ts')], {
    cwd: root,
    env: { PATH: process.env.PATH, MYSQL_URL: url },
  });

/**
 * A platform for the tests of one file: started before the first, closed after the last. A test that fails is told what
 * the platform looks like, and its clients are closed, so that the next test finds none of them.
 */
export function usePlatform(options: PlatformOptions = {}): Platform {
  let platform: Platform | undefined;
  let closersBefore = 0;
  before(async () => {
    platform = await Platform.start(options);
  });
  beforeEach(() => {
    closersBefore = platform?.closerCount ?? 0;
  });
  afterEach(async (context) => {
    // Of Node since 21.7, not yet in its types.
    const test = context as TestContext & { passed: boolean };
    if (test.passed || !platform) return;
    test.diagnostic(await describePlatform(platform));
    await platform.closeFrom(closersBefore);
  });
  after(async () => {
    await platform?.close();
  });
  return new Proxy({} as Platform, {
    get(_, property) {
      const value = Reflect.get(platform!, property, platform);
      return typeof value === 'function' ? value.bind(platform) : value;
    },
  });
}

const secret = (): string => randomBytes(32).toString('hex');
