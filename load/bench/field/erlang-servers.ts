import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@berth/stores';
import { unpackDebianPackage } from './debian-package.ts';
import { type StartedServer, startServer } from './server-process.ts';

/** Erlang as it was unpacked: its start scripts name the folder that it would have been installed in. */
interface Erlang {
  bin: string;
  env: Record<string, string>;
}

async function findErlang(root: string): Promise<Erlang> {
  const erlang = join(root, 'usr/lib/erlang');
  const version = (await readdir(erlang)).find((name) => name.startsWith('erts-'));
  const bin = join(erlang, version ?? '', 'bin');
  const libraries = (await readdir(join(root, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
  return {
    bin,
    env: {
      ...{ ROOTDIR: erlang, BINDIR: bin, EMU: 'beam', PROGNAME: 'erl' },
      LD_LIBRARY_PATH: join(root, 'usr/lib', libraries ?? ''),
    },
  };
}

/** ejabberd with anonymous log-ins and rooms, on a port and in a folder of its own. */
export async function startEjabberd(say: (line: string) => void): Promise<StartedServer & { port: number }> {
  const root = await unpackDebianPackage('ejabberd', say);
  const { bin, env } = await findErlang(root);
  const libraries = env.LD_LIBRARY_PATH!;
  const version = (await readdir(libraries)).find((name) => name.startsWith('ejabberd-'));
  const folder = await mkdtemp(join(tmpdir(), 'berth-ejabberd-'));
  const [port] = await freePorts(1);
  const file = join(folder, 'ejabberd.yml');
  await writeFile(
    file,
    `hosts: [localhost]
loglevel: 3
listen:
  - {port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, shaper: none, access: all}
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
modules:
  mod_muc: {host: conference.localhost, history_size: 0, min_message_interval: 0, max_users: 200}
`,
  );
  const args = ['-noinput', '-pa', join(libraries, version ?? '', 'ebin')];
  args.push('-mnesia', 'dir', JSON.stringify(join(folder, 'mnesia')), '-s', 'ejabberd');
  const server = await startServer(join(bin, 'erlexec'), args, port!, folder, {
    ...env,
    ...{ HOME: folder, ERL_CRASH_DUMP: join(folder, 'crash') },
    ...{ EJABBERD_CONFIG_PATH: file, EJABBERD_LOG_PATH: join(folder, 'ejabberd.log') },
  });
  return { ...server, port: port! };
}

/** RabbitMQ with its STOMP plugin, on ports and in a folder of its own, with a port mapper that ends with it. */
export async function startRabbitMq(say: (line: string) => void): Promise<StartedServer & { port: number }> {
  const root = await unpackDebianPackage('rabbitmq-server', say);
  const { bin, env } = await findErlang(root);
  const home = join(root, 'usr/lib/rabbitmq/lib');
  const version = (await readdir(home)).find((name) => name.startsWith('rabbitmq_server-'));
  const folder = await mkdtemp(join(tmpdir(), 'berth-rabbitmq-'));
  const [port, amqp, mapper, distribution] = await freePorts(4);
  // Its scripts call Erlang by its name.
  await mkdir(join(folder, 'bin'));
  for (const [name, program] of [
    ['erl', 'erlexec'],
    ['erlc', 'erlc'],
    ['escript', 'escript'],
  ] as const) {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\nexec '${join(bin, program)}' "$@"\n`);
    await chmod(join(folder, 'bin', name), 0o755);
  }
  await writeFile(join(folder, 'plugins'), '[rabbitmq_stomp].');
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${amqp}\nstomp.listeners.tcp.1 = 127.0.0.1:${port}\nlog.console.level = warning\n`,
  );
  const epmd = spawn(join(bin, 'epmd'), ['-port', String(mapper), '-address', '127.0.0.1'], {
    stdio: 'ignore',
    env,
  });
  const epmdEnded = new Promise((resolve) => epmd.once('close', resolve));
  const end = async () => {
    epmd.kill('SIGKILL');
    await epmdEnded;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const server = await startServer(join(home, version ?? '', 'sbin/rabbitmq-server'), [], port!, folder, {
      ...env,
      ...{ PATH: `${join(folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: folder },
      ...{ ERL_EPMD_PORT: String(mapper), ERL_EPMD_ADDRESS: '127.0.0.1' },
      RABBITMQ_NODENAME: 'bench@localhost',
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
    });
    return {
      ...server,
      port: port!,
      stop: async () => {
        await server.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
