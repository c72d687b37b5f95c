import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SessionKeys } from '@berth/tokens';
import { type Answers, createFakeTools, type FakeConfig, type FakeTools } from '../test/fake-tools.ts';

const kindTools = ['pulumi', 'docker', 'kind', 'kubectl', 'helm', 'node'];
const awsTools = ['pulumi', 'docker', 'aws', 'kubectl', 'node'];
const secretsOfKind = [
  'checksumKey',
  'codeSecret',
  'kubeconfig',
  'linkSecret',
  'mysqlPassword',
  'mysqlRootPassword',
  'operatorToken',
  'redisPassword',
  'serviceAuthorityKey',
  'serviceTls',
  'sessionKeys',
  'ticketSecret',
];

let apiServer: Server;
let kubeconfig: string;
before(async () => {
  apiServer = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(apiServer, 'listening');
  kubeconfig = kubeconfigOf((apiServer.address() as { port: number }).port);
});
after(() => apiServer.close());

const kubeconfigOf = (port: number): string =>
  JSON.stringify({
    'current-context': 'kind-berth',
    contexts: [{ name: 'kind-berth', context: { cluster: 'berth', user: 'berth' } }],
    clusters: [{ name: 'berth', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'berth', user: {} }],
  });

const withCluster = (): Answers => ({
  'kind get clusters': { print: 'berth' },
  'kind get kubeconfig': { print: kubeconfig },
});

const stored = (tools: FakeTools): string[] =>
  Object.keys(tools.config()).map((key) => key.replace('berth:', ''));

test('init makes every secret of kind once, through standard input, and again nothing', async () => {
  const tools = createFakeTools(kindTools, withCluster());
  const first = await tools.run('stack.ts', ['init', 'kind']);
  assert.equal(first.stderr, '');
  assert.equal(first.code, 0);
  assert.match(
    first.stdout,
    /^Made: .*mysqlPassword.*\. Kept in infra\/stacks\/Pulumi\.kind\.yaml, secrets encrypted: .*\.\n$/,
  );
  assert.deepEqual(stored(tools).sort(), secretsOfKind);
  const made = tools.config();
  for (const [name, { value, secret }] of Object.entries(made)) {
    assert.ok(secret, name);
    assert.ok(value.length >= 32, name);
    for (const command of tools.calls()) assert.ok(!command.includes(value), `${name} stands in ${command}`);
  }
  new SessionKeys(made['berth:sessionKeys']!.value).close();
  assert.ok(tools.calls().includes('pulumi stack select kind --create --non-interactive'));

  const second = await tools.run('stack.ts', ['init', 'kind']);
  assert.equal(second.stdout, 'Nothing was missing.\n');
  assert.deepEqual(tools.config(), made);
});

test('init takes the kubeconfig of another cluster, and a new one of the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-kubeconfig-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kubeconfig');
  const tools = createFakeTools(['pulumi', 'node']);
  for (const port of [6443, 7443]) {
    writeFileSync(file, kubeconfigOf(port));
    const { code, stderr } = await tools.run('stack.ts', ['init', 'kind', '--kubeconfig', file]);
    assert.equal(code, 0, stderr);
    assert.equal(tools.config()['berth:kubeconfig']!.value, kubeconfigOf(port));
  }
  writeFileSync(file, 'apiVersion: v1');
  const wrong = await tools.run('stack.ts', ['init', 'kind', '--kubeconfig', file]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^stack: not a kubeconfig: .*\n$/);
  const absent = await tools.run('stack.ts', ['init', 'kind', '--kubeconfig', join(folder, 'nowhere')]);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /^stack: --kubeconfig .*nowhere cannot be read: ENOENT.*\n$/);
});

test('init of kind without a cluster says how to name one', async () => {
  const tools = createFakeTools(['pulumi', 'node']);
  const { code, stdout } = await tools.run('stack.ts', ['init', 'kind']);
  assert.equal(code, 0);
  assert.match(stdout, /Still to be set:\n {2}kind get kubeconfig .*berth:kubeconfig\n$/);
});

test('init of aws says what only its owner can set', async () => {
  const tools = createFakeTools(['pulumi', 'node']);
  const { code, stdout } = await tools.run('stack.ts', ['init', 'aws']);
  assert.equal(code, 0);
  assert.ok(!stored(tools).includes('mysqlRootPassword'));
  assert.ok(!stored(tools).includes('kubeconfig'));
  for (const command of [
    'set berth:domain',
    'set berth:hostedZone',
    '--secret berth:smtpUrl',
    'berth:mysqlAuthority',
  ]) {
    assert.ok(stdout.split('Still to be set:')[1]!.includes(command), command);
  }
});

test('rotated certificates come from the same authority, and rotated keys still verify', async () => {
  const tools = createFakeTools(kindTools, withCluster());
  await tools.run('stack.ts', ['init', 'kind']);
  const before = tools.config();
  for (const what of ['certificates', 'sessions', 'sessions']) {
    const { code, stderr } = await tools.run('stack.ts', ['rotate', 'kind', what]);
    assert.equal(code, 0, stderr);
  }
  const parsed = (config: typeof before, name: string) => JSON.parse(config[`berth:${name}`]!.value);
  const [old, now] = [parsed(before, 'serviceTls'), parsed(tools.config(), 'serviceTls')];
  assert.equal(now.authority, old.authority);
  assert.notEqual(now.chat.certificate, old.chat.certificate);
  const { keys } = parsed(tools.config(), 'sessionKeys');
  assert.equal(keys.length, 2);
  assert.ok(!keys.some(({ kid }: { kid: string }) => kid === parsed(before, 'sessionKeys').keys[0].kid));
});

test('there is nothing to rotate before there is something', async () => {
  const tools = createFakeTools(['pulumi', 'node']);
  const { code, stderr } = await tools.run('stack.ts', ['rotate', 'aws', 'certificates']);
  assert.equal(code, 1);
  assert.equal(stderr, 'stack: there are no certificates yet: npm run stack -- init aws\n');
});

test('up makes the cluster if it is missing, then secrets, images and Berth, with the policy pack at the gate', async () => {
  const tools = createFakeTools(kindTools, {
    'kind get clusters': { print: 'No kind clusters found.' },
    'kind get kubeconfig': { print: kubeconfig },
  });
  const { code, stdout, stderr } = await tools.run('up.ts', ['kind', '--diff']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^Made: .*mysqlPassword.*kubeconfig\. Kept in infra\/stacks\/Pulumi\.kind\.yaml/);
  const steps = tools.calls().filter((command) => /^(kind create|node images|pulumi up)/.test(command));
  const tag = tools.config()['berth:imageTag']!.value;
  assert.match(tag, /^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
  assert.deepEqual(steps, [
    'kind create cluster --config infra/kind.yaml --wait 2m',
    `node images/main.ts --tag ${tag} --load kind=berth`,
    'pulumi up --stack kind --policy-pack infra/policy --yes --diff',
  ]);
  assert.deepEqual(stored(tools).sort(), [...secretsOfKind, 'imageTag'].sort());
});

test('up leaves a cluster alone that is there', async () => {
  const tools = createFakeTools(kindTools, withCluster());
  assert.equal((await tools.run('up.ts', ['kind'])).code, 0);
  assert.ok(!tools.calls().some((command) => command.startsWith('kind create')));
});

const revisionsOf = (...states: string[]): { print: string } => ({
  print: JSON.stringify({
    items: states.map((status, index) => ({
      metadata: { name: 'revision', labels: { version: String(index + 1), status } },
    })),
  }),
});

test('up mends what a killed run has left, before it begins: back to what ran, or away', async () => {
  for (const [states, command] of [
    [['superseded', 'deployed', 'pending-upgrade'], 'helm rollback berth'],
    [['pending-install'], 'helm uninstall berth'],
    [['deployed', 'uninstalling'], 'helm uninstall berth'],
  ] as const) {
    const tools = createFakeTools(kindTools, {
      ...withCluster(),
      'kubectl --kubeconfig': revisionsOf(...states),
    });
    const { code, stdout, stderr } = await tools.run('up.ts', ['kind', '--diff']);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`The release berth is ${states.at(-1)}, as an earlier run ended midway: ${command}`),
    );
    const calls = tools.calls();
    const at = (beginning: string) => calls.findIndex((call) => call.startsWith(beginning));
    assert.ok(at('pulumi stack import') >= 0 && at('pulumi stack import') < at(command), calls.join('\n'));
    assert.ok(at(command) < at('pulumi up'));
    assert.equal(calls.at(-1), 'pulumi up --stack kind --policy-pack infra/policy --yes --refresh --diff');
  }
});

test('up goes on when Helm cannot go back, and takes what is still pending out of its books', async () => {
  const tools = createFakeTools(kindTools, {
    ...withCluster(),
    'kubectl --kubeconfig': revisionsOf('deployed', 'pending-upgrade'),
    'helm rollback': { fail: 'Error: original object Job with the name "berth-migrate-1" not found' },
  });
  const { code, stdout, stderr } = await tools.run('up.ts', ['kind']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The release berth is brought up over what there is of it\./);
  assert.ok(tools.calls().some((call) => / delete secret --namespace berth revision$/.test(call)));
  assert.match(tools.calls().at(-1)!, /^pulumi up .* --refresh$/);
});

test('up does not touch what another run is at', async () => {
  const tools = createFakeTools(kindTools, {
    ...withCluster(),
    'kubectl --kubeconfig': revisionsOf('deployed', 'pending-upgrade'),
    'pulumi stack import': {
      fail: 'error: could not import deployment: the stack is currently locked by 1 lock(s)',
    },
  });
  const { code, stderr } = await tools.run('up.ts', ['kind']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^up: pulumi stack failed: .*locked by 1 lock.*: when no other run is going on, pulumi cancel --stack kind/,
  );
  assert.ok(!tools.calls().some((call) => /^helm (rollback|uninstall)|^pulumi up/.test(call)));
});

test('up of aws asks its owner first, and then leaves the question to pulumi', async () => {
  const owned = (name: string, value: string, secret = false) => ({ [`berth:${name}`]: { value, secret } });
  const config = {
    ...owned('domain', 'chat.example.com'),
    ...owned('certificate', 'arn:aws:acm:eu-central-1:123456789012:certificate/a'),
    ...owned('apiAccess', '203.0.113.0/24'),
    ...owned('smtpUrl', 'smtps://u:p@mail.example.com', true),
    ...owned('mysqlAuthority', '-----BEGIN CERTIFICATE-----'),
  };
  const lacking = createFakeTools(awsTools, {}, config);
  const refused = await lacking.run('up.ts', ['aws']);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^up: still to be set, then try again:\nup: pulumi config set berth:mailFrom .*\n$/,
  );
  assert.ok(!lacking.calls().some((command) => command.startsWith('pulumi up')));

  const tools = createFakeTools(
    awsTools,
    {},
    { ...config, ...owned('mailFrom', 'Berth <no-reply@example.com>') },
  );
  const { code, stderr } = await tools.run('up.ts', ['aws']);
  assert.equal(code, 0, stderr);
  assert.equal(tools.calls().at(-1), 'pulumi up --stack aws --policy-pack infra/policy');
});

test('a missing tool is told in one line, before anything is created', async () => {
  const tools = createFakeTools(
    kindTools.filter((name) => name !== 'kind'),
    withCluster(),
  );
  const { code, stderr } = await tools.run('up.ts', ['kind']);
  assert.equal(code, 1);
  assert.match(stderr, /^up: kind is not on the PATH: install kind .*https:\/\/.*\n$/);
  assert.ok(!tools.calls().some((command) => /create|config set|pulumi up/.test(command)));
});

test('all that is missing is told at once', async () => {
  const { stderr } = await createFakeTools(['node']).run('up.ts', ['kind']);
  const lines = stderr.trimEnd().split('\n');
  for (const [index, name] of ['docker', 'kind', 'kubectl', 'helm', 'pulumi'].entries()) {
    assert.match(lines[index]!, new RegExp(`^up: ${name} is not on the PATH: install .*https://`));
  }
  assert.equal(lines.length, 5);
  assert.match(
    (await createFakeTools(['node', 'docker', 'kubectl', 'pulumi']).run('up.ts', ['aws'])).stderr,
    /^up: aws is not on the PATH: install the AWS CLI .*\n$/,
  );
});

test('a tool that is too old or does not run is told in one line', async () => {
  const tools = createFakeTools(kindTools, {
    ...withCluster(),
    'node --version': { print: 'v22.11.0' },
    'pulumi version': { print: 'v3.95.0' },
    'helm version': { print: 'v3.9.4+gdbc6d8e' },
    'docker version': { fail: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' },
  });
  const { code, stderr } = await tools.run('up.ts', ['kind']);
  assert.equal(code, 1);
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 4);
  for (const words of [
    /^up: node 22\.11\.0 is too old: put Node 24 /,
    /^up: pulumi 3\.95\.0 is too old: install Pulumi 3\.260 /,
    /^up: helm 3\.9\.4 is too old: install Helm 3\.17 /,
    /^up: docker version failed: Cannot connect to the Docker daemon .*: start Docker$/,
  ]) {
    assert.ok(
      lines.some((line) => words.test(line)),
      `${words}: ${stderr}`,
    );
  }
  assert.ok(!tools.calls().some((command) => /create cluster|config set|pulumi up/.test(command)));
});

test('who is not logged in, or gives no or another passphrase, is told so before there is a cluster', async () => {
  const absent = 'error: get stack secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE';
  const wrong = 'error: get stack secrets manager: incorrect passphrase';
  const cases: [Answers, FakeConfig, RegExp][] = [
    [
      { 'pulumi whoami': { fail: 'error: PULUMI_ACCESS_TOKEN must be set' } },
      {},
      /^up: pulumi is not logged in: pulumi login --local .*\n$/,
    ],
    [
      { 'pulumi stack select': { fail: absent } },
      {},
      /^up: pulumi stack failed: .*PULUMI_CONFIG_PASSPHRASE\n$/,
    ],
    // A stack that is there is selected without one.
    [
      { 'pulumi config get': { fail: wrong } },
      { 'berth:checksumKey': { value: 'k'.repeat(40), secret: true } },
      /^up: pulumi config failed: .*incorrect passphrase\n$/,
    ],
  ];
  for (const [answers, config, words] of cases) {
    const tools = createFakeTools(kindTools, { 'kind get clusters': { print: 'none' }, ...answers }, config);
    const { code, stderr } = await tools.run('up.ts', ['kind']);
    assert.equal(code, 1);
    assert.match(stderr, words);
    assert.ok(!tools.calls().some((command) => /^kind create|config set|pulumi up/.test(command)));
  }
});

test('a cluster that cannot be reached, or whose kubeconfig is wrong, is told in one line', async () => {
  const cases: [string, RegExp][] = [
    [
      kubeconfigOf(1),
      /^up: the cluster at http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED.*: docker start .*\n$/,
    ],
    ['nonsense', /^up: not a kubeconfig: .*\n$/],
  ];
  for (const [content, words] of cases) {
    const tools = createFakeTools(kindTools, { ...withCluster(), 'kind get kubeconfig': { print: content } });
    const { code, stderr } = await tools.run('up.ts', ['kind']);
    assert.equal(code, 1);
    assert.match(stderr, words);
    assert.ok(!tools.calls().some((command) => /config set|pulumi up/.test(command)));
  }
});

test('what Pulumi says is passed on in one line', async () => {
  const tools = createFakeTools(kindTools, {
    ...withCluster(),
    'pulumi stack select': {
      fail: 'Created stack\nerror: passphrase must be set with PULUMI_CONFIG_PASSPHRASE\n  more',
    },
  });
  const { code, stderr } = await tools.run('stack.ts', ['init', 'kind']);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'stack: pulumi stack failed: error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE\n',
  );
});

test('a wrong command line is answered with the right ones', async () => {
  const tools = createFakeTools([]);
  for (const args of [[], ['init', 'gcp'], ['rotate', 'kind', 'everything']]) {
    const { code, stderr } = await tools.run('stack.ts', args);
    assert.equal(code, 1);
    assert.match(stderr, /npm run stack -- init kind\|aws/);
  }
  assert.match((await tools.run('up.ts', ['gcp'])).stderr, /npm run up -- kind/);
});
