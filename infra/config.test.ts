import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { awsSettings } from './aws-settings.ts';
import { readConfig } from './config.ts';
import { awsSecrets, commonSecrets, keptSecrets, kindSecrets } from './secrets.ts';
import { commonSettings, kindSettings } from './settings.ts';
import { createTestSecrets } from './test/test-secrets.ts';

/** Reads the configuration of a kind stack with these settings over good ones; undefined takes one out. */
async function readKind(settings: Record<string, string | undefined> = {}) {
  const all = {
    platform: 'kind',
    imageTag: '0.1.0',
    ...(await createTestSecrets('kind', 'https://127.0.0.1:6443')),
    ...settings,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  pulumi.runtime.setAllConfig(Object.fromEntries(given.map(([name, value]) => [`berth:${name}`, value])));
  return readConfig();
}

async function faultsOf(settings: Record<string, string | undefined>): Promise<string[]> {
  try {
    await readKind(settings);
    return [];
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return (error as Error).message.split('\n');
  }
}

test('settings have their defaults and their types', async () => {
  const config = await readKind({ allowedOrigins: 'https://a.example.com, https://b.example.com' });
  assert.equal(config.platform, 'kind');
  assert.equal(config.namespace, 'berth');
  assert.equal(config.chatCapacity, 20_000);
  assert.deepEqual(config.allowedOrigins, ['https://a.example.com', 'https://b.example.com']);
});

test('secrets come as secrets', async () => {
  const config = await readKind();
  assert.equal(await pulumi.isSecret(config.mysqlPassword), true);
  assert.equal(await pulumi.isSecret(config.serviceTls), true);
});

test('a wrong setting is refused with the command that mends it', async () => {
  const wrong: [string, string | undefined, RegExp][] = [
    ['platform', undefined, /^berth:platform is not set: pulumi config set berth:platform kind$/],
    ['platform', 'gcp', /^berth:platform is "gcp", .*: pulumi config set berth:platform kind$/],
    ['imageTag', undefined, /^berth:imageTag is not set: pulumi config set berth:imageTag 0\.1\.0$/],
    [
      'imageTag',
      'latest',
      /^berth:imageTag is "latest", expected a tag other than latest: pulumi config set /,
    ],
    [
      'chatMax',
      'many',
      /^berth:chatMax is "many", expected a whole number: pulumi config set berth:chatMax 10$/,
    ],
    ['chatMax', '0', /^berth:chatMax is "0", .*1.*: pulumi config set berth:chatMax 10$/],
    ['chatMax', '1', /^berth:chatMax is 1, less than chatMin: pulumi config set berth:chatMax 2$/],
    [
      'logLevel',
      'loud',
      /^berth:logLevel is "loud", .*"debug"\|"info".*: pulumi config set berth:logLevel info$/,
    ],
    ['namespace', 'My_Space', /^berth:namespace is "My_Space", expected a DNS label: pulumi config set /],
    ['allowedOrigins', 'example.com', /^berth:allowedOrigins is "example.com", .*URL.*: pulumi config set /],
    ['mysqlImage', 'mysql', /^berth:mysqlImage is "mysql", expected an image with a tag/],
    ['mysqlImage', 'mysql:latest', /^berth:mysqlImage is "mysql:latest", expected an image with a tag/],
    ['chatMaxx', '3', /^berth:chatMaxx is not a setting of kind: pulumi config rm berth:chatMaxx$/],
    ['domain', 'chat.example.com', /^berth:domain is not a setting of kind: pulumi config rm berth:domain$/],
  ];
  for (const [name, value, words] of wrong) {
    const faults = await faultsOf({ [name]: value });
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0]!, words);
  }
});

test('a stack from before there were files has a secret for their links without being asked', async () => {
  assert.deepEqual(await faultsOf({ linkSecret: undefined }), []);
  assert.equal((await faultsOf({ linkSecret: undefined, ticketSecret: undefined })).length, 2);
});

test('a missing or wrong secret is refused with the command that mends it, and is not shown', async () => {
  const mend = /: npm run stack -- init kind, or pulumi config set --secret berth:\w+$/;
  const wrong: [string, string | undefined, RegExp][] = [
    ['mysqlPassword', undefined, /^berth:mysqlPassword is not set/],
    ['mysqlPassword', 'short-secret', /^berth:mysqlPassword cannot be used, expected 16 to 41/],
    ['mysqlPassword', 'with_what_ElastiCache_refuses', /^berth:mysqlPassword cannot be used/],
    ['mysqlPassword', 'a'.repeat(42), /^berth:mysqlPassword cannot be used/],
    ['ticketSecret', 'a'.repeat(31), /^berth:ticketSecret cannot be used, expected at least 32/],
    ['sessionKeys', '{"keys":[]}', /^berth:sessionKeys cannot be used, .*one or two keys/],
    ['serviceTls', 'not json', /^berth:serviceTls cannot be used, expected JSON/],
    ['serviceTls', '{"authority":"x"}', /^berth:serviceTls cannot be used, authority: /],
    ['kubeconfig', 'apiVersion: v1', /^berth:kubeconfig cannot be used, not a kubeconfig/],
  ];
  for (const [name, value, words] of wrong) {
    const faults = await faultsOf({ [name]: value });
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0]!, words);
    assert.match(faults[0]!, mend);
    if (value) assert.ok(!faults[0]!.includes(value));
  }
});

test('all faults are told at once', async () => {
  assert.equal((await faultsOf({ chatMax: 'many', tcpPort: '0', redisPassword: undefined })).length, 3);
});

test('a digest and a registry with a port name an image', async () => {
  for (const image of [`mysql@sha256:${'0'.repeat(64)}`, 'registry:5000/mysql:8.4']) {
    assert.deepEqual(await faultsOf({ mysqlImage: image }), []);
  }
});

test('all faults are told at once, also what is wrong only together, and of a platform that is not known', async () => {
  const faults = await faultsOf({ chatMin: '5', chatMax: '2', logLevel: 'loud', mysqlPassword: 'short' });
  assert.equal(faults.length, 3, faults.join('\n'));
  assert.ok(faults.some((fault) => /^berth:chatMax is 2, less than chatMin/.test(fault)));
  const unknown = await faultsOf({ platform: undefined, logLevel: 'loud' });
  assert.equal(unknown.length, 2, unknown.join('\n'));
});

test('what only its owner knows is asked of its owner', async () => {
  const all = {
    platform: 'aws',
    imageTag: '0.1.0',
    ...(await createTestSecrets('aws', undefined)),
    smtpUrl: undefined,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  pulumi.runtime.setAllConfig(Object.fromEntries(given.map(([name, value]) => [`berth:${name}`, value])));
  await assert.rejects(readConfig(), (error: Error) => {
    assert.match(error.message, /^berth:smtpUrl is not set: pulumi config set --secret berth:smtpUrl$/m);
    return true;
  });
});

test('aws: the VPC has private addresses, and the API is open to no more than a large network', () => {
  const takes = (name: 'vpcCidr' | 'apiAccess', value: string) =>
    awsSettings[name].schema.safeParse(value).success;
  for (const cidr of ['10.0.0.0/16', '172.31.0.0/16', '192.168.0.0/16', '100.127.0.0/16'])
    assert.ok(takes('vpcCidr', cidr), cidr);
  for (const cidr of ['8.8.0.0/16', '172.32.0.0/16', '192.169.0.0/16', '100.128.0.0/16', '10.0.0.0/8'])
    assert.ok(!takes('vpcCidr', cidr), cidr);
  for (const cidrs of ['203.0.113.7/32', '203.0.113.0/24,198.51.100.0/24', '10.0.0.0/8'])
    assert.ok(takes('apiAccess', cidrs), cidrs);
  // The world in two halves is the world, too.
  for (const cidrs of ['', '0.0.0.0/0', '203.0.113.0/24,0.0.0.0/0', '0.0.0.0/1,128.0.0.0/1', '203.0.113.7'])
    assert.ok(!takes('apiAccess', cidrs), cidrs);
});

test('every example is a value that its setting takes', () => {
  for (const [name, setting] of Object.entries({ ...commonSettings, ...kindSettings, ...awsSettings })) {
    const { schema, example } = setting;
    if (name === 'mysqlAuthority') continue;
    // As the shell hands it over.
    const given = example.replace(/^'(.*)'$/, '$1');
    assert.ok(schema.safeParse(given).success, `${name}: ${example}`);
    if ('default' in setting) assert.ok(schema.safeParse(setting.default).success, `${name}: its default`);
  }
});

test('the table of costs adds up', () => {
  const document = readFileSync(join(import.meta.dirname, '../docs/deploy.md'), 'utf8');
  const table = document.slice(document.indexOf('| EKS control plane'), document.indexOf('| a person |'));
  const rows = table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(2, 5)
        .map((cell) => cell.trim()),
    );
  assert.equal(rows.length, 14);
  for (const column of [0, 1, 2]) {
    const amounts = rows.map((row) => {
      const [arithmetic, amount] = row[column]!.split(' = ');
      if (amount === undefined) return Number(arithmetic!.replaceAll('*', ''));
      // Sums of products; what stands in brackets is a remark.
      const sum = arithmetic!
        .replace(/\(.*?\)/, '')
        .split('+')
        .map((product) => product.split('×').reduce((value, factor) => value * Number(factor), 1))
        .reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - Number(amount)) < 0.6, row[column]);
      return Number(amount);
    });
    const together = amounts.pop();
    assert.equal(
      amounts.reduce((total, amount) => total + amount, 0),
      together,
    );
  }
});

test('every setting and secret is in docs/deploy.md as it is here', () => {
  const document = readFileSync(join(import.meta.dirname, '../docs/deploy.md'), 'utf8');
  const settings = { ...commonSettings, ...kindSettings, ...awsSettings };
  for (const [name, setting] of Object.entries(settings)) {
    // One name may have a default on each platform.
    const row = `| \`${name}\` |`;
    assert.ok(document.includes(row), `no row of ${name}`);
    assert.ok(document.includes(setting.description), `${name}: ${setting.description}`);
  }
  for (const name of Object.keys({ ...commonSecrets, ...kindSecrets, ...awsSecrets, ...keptSecrets })) {
    assert.ok(document.includes(`| \`${name}\` |`), `no row of ${name}`);
  }
});
