import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHelms } from './cluster-tools.ts';
import { ofKind, parseManifests, podsOf } from './manifests.ts';

const [helm] = findHelms();
const skip = helm === undefined ? 'helm is not installed' : false;

interface Rule {
  to?: { ipBlock?: { cidr: string; except: string[] } }[];
  ports: { port: number }[];
}

test('files read the web for previews of links only where that is allowed, and then only what is public', {
  skip,
}, async () => {
  const egress = async (sets: string[]) => {
    const rendered = await helm!.run([
      ...['template', 'berth', 'charts/berth', '--namespace', 'berth'],
      ...['--values', 'charts/berth/ci/load-balancer-values.yaml', ...sets.flatMap((set) => ['--set', set])],
    ]);
    const manifests = parseManifests(rendered);
    const policy = ofKind(manifests, 'NetworkPolicy').find(
      ({ metadata }) => metadata.name === 'berth-files',
    )!;
    const said = [...podsOf(manifests)]
      .filter(([name]) => /-(gate|files)$/.test(name))
      .map(([, { spec }]) =>
        spec.containers[0].env
          .filter((each: { name: string }) => each.name.startsWith('LINK_PREVIEWS'))
          .map(({ name, value }: { name: string; value: string }) => `${name}=${value}`),
      );
    return {
      said,
      rules: (policy.spec.egress as Rule[]).filter(({ ports }) => ports.some(({ port }) => port === 80)),
    };
  };
  const before = await egress([]);
  assert.deepEqual([before.said.flat(), before.rules.length], [[], 1], 'for credentials of AWS alone');
  const refused = ['files.linkPreviews.refused={93.184.0.0/16,2600:1f14::/32,fd00::/8}'];
  const { said, rules } = await egress(['files.linkPreviews.enabled=true', ...refused]);
  assert.deepEqual(said.map((each) => each.length).sort(), [1, 2]);
  assert.ok(said.flat().includes('LINK_PREVIEWS_REFUSED=93.184.0.0/16,2600:1f14::/32,fd00::/8'));
  const [v4, v6] = rules.at(-1)!.to!.map(({ ipBlock }) => ipBlock);
  assert.deepEqual(
    rules.at(-1)!.ports.map(({ port }) => port),
    [80, 443],
  );
  assert.equal(v4!.cidr, '0.0.0.0/0');
  const inner = [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
  ];
  for (const network of [...inner, '93.184.0.0/16']) assert.ok(v4!.except.includes(network), network);
  assert.deepEqual(v6, { cidr: '2000::/3', except: ['2002::/16', '2600:1f14::/32'] });
});

test('pages may show files from the bucket by the name that it has in its part of AWS', {
  skip,
}, async () => {
  for (const [region, address] of [
    ['eu-central-1', 'https://berth-files.s3.eu-central-1.amazonaws.com'],
    ['cn-north-1', 'https://berth-files.s3.cn-north-1.amazonaws.com.cn'],
  ] as const) {
    const rendered = await helm!.run([
      ...['template', 'berth', 'charts/berth', '--namespace', 'berth'],
      ...['--values', 'charts/berth/ci/load-balancer-values.yaml', '--set', `files.s3.region=${region}`],
    ]);
    const [, gate] = [...podsOf(parseManifests(rendered))].find(([name]) => name.endsWith('-gate'))!;
    const { env } = gate.spec.containers[0] as { env: { name: string; value: string }[] };
    assert.equal(env.find(({ name }) => name === 'CSP_FILES')?.value, address);
  }
});
