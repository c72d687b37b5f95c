import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { findHelms, type Tool } from './cluster-tools.ts';
import { component, type Manifest, ofKind, parseManifests, podsOf } from './manifests.ts';

const root = resolve(import.meta.dirname, '../..');
const chart = 'charts/berth';
const cases = globSync(`${chart}/ci/*-values.yaml`, { cwd: root }).sort();
const minimal = `${chart}/ci/minimal-values.yaml`;
const scaled = `${chart}/ci/load-balancer-values.yaml`;
const helms = findHelms();
const [helm] = helms;
const skip = helm === undefined ? 'helm is not installed' : false;

const template = (tool: Tool, values: string, more: string[] = []): Promise<string> =>
  tool.run(['template', 'berth', chart, '--namespace', 'berth', '--values', values, ...more]);
const render = async (values: string, more: string[] = []): Promise<Manifest[]> =>
  parseManifests(await template(helm!, values, more));

for (const tool of helms) {
  describe(`the chart under ${tool.name}`, () => {
    for (const values of cases) {
      test(`is clean and renders what was agreed for ${basename(values)}`, async () => {
        await tool.run(['lint', '--strict', chart, '--values', values]);
        const rendered = await template(tool, values);
        const golden = join(import.meta.dirname, 'golden', basename(values).replace('-values', ''));
        // UPDATE_GOLDEN=1 writes them anew, to be read in the change.
        if (process.env.UPDATE_GOLDEN) writeFileSync(golden, rendered);
        assert.equal(rendered, readFileSync(golden, 'utf8'));
      });
    }

    test('refuses wrong values and says which', async () => {
      const wrong: [string, RegExp][] = [
        ['chat.capacity=many', /chat.*capacity.*(integer)/is],
        ['chat.capacity=0', /capacity.*(1)/is],
        ['chat.capcity=5', /capcity/],
        ['image.tag=latest', /image.*tag/is],
        ['public.url=chat.example.com', /public.*url/is],
        ['public.url=https://chat.example.com/path', /public.*url/is],
        ['public.basePath=/chat', /public.*basePath/is],
        ['public.basePath=/a.b/', /public.*basePath/is],
        ['edge.service.type=Ingress', /edge.*service.*type/is],
        ['edge.replicas=1', /edge.*replicas.*2/is],
        ['gate.env.lower=x', /lower/],
        ['mysql.existingSecret=Not_A_Name', /mysql.*existingSecret/is],
        ['mysql.password=secret', /password/],
      ];
      for (const [set, message] of wrong) {
        await assert.rejects(template(tool, minimal, ['--set', set]), message, set);
      }
    });
  });
}

describe('the chart', { skip }, () => {
  test('says all that is missing at once, and what to do about it', async () => {
    await assert.rejects(helm!.run(['template', 'berth', chart]), (error: Error) => {
      for (const path of ['public.host', 'public.url', 'sessionKeys.existingSecret'])
        assert.match(error.message, new RegExp(`- ${path} is not set: .{20,}`));
      for (const store of ['mysql', 'redis', 'smtp', 'codes', 'tickets'])
        assert.match(error.message, new RegExp(`- ${store}\\.existingSecret is not set`));
      return true;
    });
    const refused: [string[], RegExp][] = [
      [['serviceTls.enabled=true'], /serviceTls\.gate\.existingSecret is not set/],
      [['serviceTls.insecure=false'], /serviceTls\.enabled is false: .* serviceTls\.insecure=true/],
      [['chat.scaling.min=9', 'chat.scaling.max=3'], /chat\.scaling: min \(9\) is greater than max \(3\)/],
      [['edge.proxyProtocol=true', 'edge.service.type=NodePort'], /nothing in front of a NodePort/],
      [['chat.env.NODE_NAME=me'], /chat\.env\.NODE_NAME: the chart sets NODE_NAME itself/],
      [['files.enabled=true', 'files.storage=s3'], /linkSecret[\s\S]*sessionPublicKeys[\s\S]*s3\.bucket is/],
      [['files.enabled=true', 'files.replicas=2'], /files\.replicas|\/files\/replicas/],
      [['gate.env.MYSQL_URL=x'], /gate\.env\.MYSQL_URL: the chart sets MYSQL_URL itself/],
    ];
    for (const [sets, message] of refused) {
      await assert.rejects(
        render(
          minimal,
          sets.flatMap((set) => ['--set', set]),
        ),
        message,
      );
    }
  });

  test('has no Secret, no hook but the test, and asks nothing of the cluster while it renders', async () => {
    for (const values of cases) {
      const manifests = await render(values);
      assert.deepEqual(ofKind(manifests, 'Secret'), [], values);
      const hooks = manifests.map(({ metadata }) => metadata.annotations?.['helm.sh/hook']).filter(Boolean);
      assert.ok(
        hooks.every((hook) => hook === 'test'),
        values,
      );
    }
    const templates = globSync(`${chart}/templates/**/*`, { cwd: root, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const file of templates) {
      assert.doesNotMatch(
        readFileSync(join(file.parentPath, file.name), 'utf8'),
        /Capabilities|\blookup\b/,
        file.name,
      );
    }
  });

  for (const values of cases) {
    test(`makes only restricted pods with requests and limits: ${basename(values)}`, async () => {
      const pods = podsOf(await render(values));
      assert.ok(pods.size >= 5);
      for (const [name, { spec }] of pods) {
        assert.equal(spec.securityContext.runAsNonRoot, true, name);
        // Where the platform gives pods their user, naming one would have them refused.
        if (values.includes('openshift')) assert.equal(spec.securityContext.runAsUser, undefined, name);
        else assert.ok(spec.securityContext.runAsUser > 0, name);
        assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault', name);
        assert.equal(spec.hostNetwork ?? false, false, name);
        assert.equal(spec.enableServiceLinks, false, name);
        for (const container of spec.containers) {
          assert.equal(container.securityContext.allowPrivilegeEscalation, false, name);
          assert.equal(container.securityContext.readOnlyRootFilesystem, true, name);
          assert.deepEqual(container.securityContext.capabilities.drop, ['ALL'], name);
          assert.ok(container.resources.requests.cpu && container.resources.requests.memory, name);
          assert.ok(container.resources.limits.memory, name);
          assert.match(container.image, /(:[\w.-]+|@sha256:[0-9a-f]{64})$/, name);
          assert.doesNotMatch(container.image, /:latest$/, name);
        }
      }
    });

    test(`replaces pods without a gap and lets them end in peace: ${basename(values)}`, async () => {
      const manifests = await render(values);
      const budgets = ofKind(manifests, 'PodDisruptionBudget');
      const scaledBy = new Set(
        ofKind(manifests, 'HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef.name),
      );
      for (const { metadata, spec } of ofKind(manifests, 'Deployment')) {
        const { name } = metadata;
        const pod = spec.template.spec;
        const [container] = pod.containers;
        if (spec.strategy.type === 'Recreate') assert.equal(name, 'berth-files');
        else assert.equal(spec.strategy.rollingUpdate.maxUnavailable, 0, name);
        const budget = budgets.find(
          (candidate) => component(candidate.spec.selector.matchLabels) === component(metadata.labels),
        );
        assert.equal(budget?.spec.maxUnavailable, 1, name);
        assert.deepEqual(
          pod.topologySpreadConstraints.map(({ topologyKey }: { topologyKey: string }) => topologyKey),
          ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
        );
        const paths = ['startupProbe', 'readinessProbe', 'livenessProbe'].map(
          (probe) => container[probe].httpGet.path,
        );
        assert.deepEqual(paths, ['/healthz', '/readyz', '/healthz'], name);
        const patience = container.startupProbe.periodSeconds * container.startupProbe.failureThreshold;
        assert.ok(
          patience > container.livenessProbe.periodSeconds * container.livenessProbe.failureThreshold,
          name,
        );
        const preStop = container.lifecycle?.preStop.sleep.seconds ?? 0;
        const variable = container.env.find((entry: { name: string }) => /DRAIN_SECONDS$/.test(entry.name));
        assert.ok(pod.terminationGracePeriodSeconds >= preStop + Number(variable?.value ?? 0) + 10, name);
        if (name !== 'berth-chat') assert.ok(preStop >= 1, name);
        if (scaledBy.has(name)) assert.equal(spec.replicas, undefined, name);
      }
    });
  }

  test('has nobody but the edge and chat nodes ask DNS for single pods', async () => {
    const headless = ofKind(await render(scaled), 'Service').filter(({ spec }) => spec.clusterIP === 'None');
    assert.deepEqual(
      headless.map(({ metadata }) => metadata.name),
      ['berth-chat'],
    );
  });

  test('leaves the number of pods to whoever scales them', async () => {
    const deployments = ofKind(await render(scaled), 'Deployment');
    const replicas = Object.fromEntries(
      deployments.map(({ metadata, spec }) => [metadata.name, spec.replicas]),
    );
    assert.deepEqual(replicas, {
      'berth-chat': undefined,
      'berth-edge': undefined,
      'berth-files': 2,
      'berth-gate': undefined,
      'berth-status': 3,
      'berth-verify': 2,
    });
  });

  test('has names and labels that fit, for every release name that Helm takes', async () => {
    const seen = new Set<string>();
    for (const release of [
      'a'.repeat(44),
      'a'.repeat(45),
      `${'a'.repeat(52)}b`,
      `${'a'.repeat(34)}-${'b'.repeat(18)}`,
    ]) {
      for (const [folder, values] of [
        [chart, scaled],
        ['charts/stores', 'charts/stores/ci/default-values.yaml'],
      ] as const) {
        const manifests = parseManifests(await helm!.run(['template', release, folder, '--values', values]));
        const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        assert.equal(new Set(names).size, names.length);
        for (const { kind, metadata } of manifests) {
          assert.match(metadata.name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, kind);
          // Its pods carry `<name>-<hash of ten>` as a label.
          if (kind === 'StatefulSet') assert.ok(metadata.name.length <= 52, metadata.name);
          for (const value of Object.values(metadata.labels ?? {})) assert.ok(value.length <= 63, value);
          seen.add(`${release} ${metadata.name}`);
        }
      }
    }
    const short = await render(minimal);
    assert.ok(short.some(({ metadata }) => metadata.name === 'berth-gate'));
    assert.ok([...seen].some((name) => name === `${'a'.repeat(44)} ${'a'.repeat(44)}-gate`));
  });

  test('gives a token to status alone, and only when it scales: to read and set that scale, to mark pods, to hold a Lease, to tell', async () => {
    const withToken = (manifests: Manifest[]) =>
      [...podsOf(manifests)]
        .filter(([, { spec }]) => spec.automountServiceAccountToken)
        .map(([name]) => name);
    assert.deepEqual(withToken(await render(minimal)), []);
    const manifests = await render(scaled);
    assert.deepEqual(withToken(manifests), ['berth-status']);
    for (const account of ofKind(manifests, 'ServiceAccount'))
      assert.equal(account.automountServiceAccountToken, false);
    assert.deepEqual(ofKind(manifests, 'ClusterRole'), []);
    const [role] = ofKind(manifests, 'Role');
    assert.deepEqual(role!.rules, [
      {
        apiGroups: ['apps'],
        resources: ['deployments/scale'],
        resourceNames: ['berth-chat'],
        verbs: ['get', 'patch'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['berth-chat-planner'],
        verbs: ['get', 'update'],
      },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    ]);
  });

  test('lets talk to each other only whom the design lets', async () => {
    const policies = ofKind(await render(scaled), 'NetworkPolicy');
    const deny = policies.find(({ metadata }) => metadata.name === 'berth-deny')!;
    assert.deepEqual(deny.spec.policyTypes, ['Ingress', 'Egress']);
    assert.equal(deny.spec.ingress, undefined);
    assert.equal(deny.spec.egress, undefined);
    for (const [name, { metadata }] of podsOf(await render(scaled))) {
      for (const [label, value] of Object.entries(deny.spec.podSelector.matchLabels))
        assert.equal(metadata.labels[label], value, name);
    }
    const named = new Set(['gate', 'verify', 'status', 'chat', 'files', 'edge', 'probe']);
    const edges = (direction: 'ingress' | 'egress') =>
      policies.flatMap(({ spec }) =>
        (spec[direction] ?? []).flatMap((rule: Rule) =>
          (rule.from ?? rule.to ?? []).flatMap((peer) => {
            const own = component(spec.podSelector.matchLabels);
            const other = component(peer.podSelector?.matchLabels);
            const ports = rule.ports.map(({ port }) => port).join();
            if (!named.has(other)) return [];
            return direction === 'egress' ? `${own} → ${other} ${ports}` : `${other} → ${own} ${ports}`;
          }),
        ),
      );
    const expected = [
      'chat → chat 50055',
      'chat → status 50052',
      'edge → chat 8090,8091',
      'edge → files 8085,8095',
      'edge → gate 8080',
      'gate → status 50052',
      'gate → verify 50051',
      'probe → edge 8180,8190',
    ];
    assert.deepEqual(edges('ingress').sort(), expected);
    assert.deepEqual(edges('egress').sort(), expected);
  });

  test('replaces only the pods that a changed value concerns', async () => {
    const changes: [string, string[]][] = [
      ['chat.capacity=100', ['berth-chat']],
      ['status.strategy=p2c', ['berth-status']],
      ['gate.hashConcurrency=4', ['berth-gate']],
      ['smtp.checksum=new', ['berth-verify']],
      ['smtp.from=Me <me@example.com>', ['berth-verify']],
      ['tickets.checksum=new', ['berth-status']],
      ['operator.existingSecret=berth-operator', ['berth-status']],
      ['edge.maxConnections=500', ['berth-edge']],
      ['mysql.checksum=new', ['berth-chat', 'berth-gate', 'berth-status', 'migrate']],
      ['redis.checksum=new', ['berth-chat', 'berth-gate', 'berth-status', 'berth-verify']],
      ['image.tag=next', ['berth-chat', 'berth-gate', 'berth-status', 'berth-verify', 'migrate']],
      // gate reads them again.
      ['sessionKeys.checksum=new', []],
      ['chat.replicas=7', []],
      ['networkPolicy.enabled=false', []],
      ['chartHash=new', []],
      ['edge.service.type=NodePort', []],
    ];
    const fingerprints = async (more: string[]) =>
      new Map(
        [...podsOf(await render(minimal, more))].map(([name, pod]) => [
          name.replace(/^berth-migrate-.*/, 'migrate'),
          JSON.stringify([name, pod]),
        ]),
      );
    const before = await fingerprints([]);
    for (const [set, expected] of changes) {
      const after = await fingerprints(['--set', set]);
      const changed = [...after].filter(([name, pod]) => before.get(name) !== pod).map(([name]) => name);
      assert.deepEqual(changed.sort(), expected, set);
    }
  });

  test('takes the word of the security contexts and probes that are set', async () => {
    const sets = ['podSecurity.pod.fsGroup=7', 'podSecurity.container.readOnlyRootFilesystem=false'];
    for (const [folder, values] of [
      [chart, minimal],
      ['charts/stores', 'charts/stores/ci/default-values.yaml'],
    ] as const) {
      const manifests = parseManifests(
        await helm!.run([
          ...['template', 'berth', folder, '--values', values, '--set', 'probes.liveness.failureThreshold=9'],
          ...sets.flatMap((set) => ['--set', set]),
        ]),
      );
      for (const [name, { spec }] of podsOf(manifests)) {
        assert.equal(spec.securityContext.fsGroup, 7, name);
        assert.equal(spec.securityContext.runAsNonRoot, true, name);
        for (const container of spec.containers) {
          assert.equal(container.securityContext.readOnlyRootFilesystem, false, name);
          assert.equal(container.securityContext.allowPrivilegeEscalation, false, name);
          if (container.livenessProbe) assert.equal(container.livenessProbe.failureThreshold, 9, name);
        }
      }
    }
  });

  test('gives Redis a bound below the limit of its container, whatever its unit', async () => {
    for (const [limit, bound] of [
      ['512Mi', 322_122_547],
      ['1Gi', 644_245_094],
      ['500M', 300_000_000],
      ['536870912', 322_122_547],
      ['1.5Gi', 966_367_641],
    ] as const) {
      const rendered = await helm!.run([
        ...['template', 'stores', 'charts/stores', '--values', 'charts/stores/ci/default-values.yaml'],
        ...['--set-string', `redis.resources.limits.memory=${limit}`],
      ]);
      const { args } = podsOf(parseManifests(rendered)).get('stores-redis')!.spec.containers[0];
      assert.equal(args[args.indexOf('--maxmemory') + 1], String(bound), limit);
    }
    await assert.rejects(
      helm!.run([
        ...['template', 'stores', 'charts/stores', '--values', 'charts/stores/ci/default-values.yaml'],
        ...['--set-string', 'redis.resources.limits.memory=much'],
      ]),
      /much: expected a quantity such as 512Mi/,
    );
  });

  test('sets only variables that docs/operations.md explains for that service', async () => {
    const sections = new Map<string, string>();
    for (const section of readFileSync(join(root, 'docs/operations.md'), 'utf8').split(/^### /m)) {
      const title = section.slice(0, section.indexOf('\n')).trim();
      sections.set(title, (sections.get(title) ?? '') + section);
    }
    for (const { spec } of podsOf(await render(scaled)).values()) {
      const [{ name, env }] = spec.containers;
      if (name === 'haproxy') continue;
      const known = `${sections.get(name)}${sections.get('All services')}`;
      for (const variable of env) {
        // A Secret is named by its file: X_FILE stands for X.
        const documented = variable.name.replace(/^(?!\w+_TLS_)(\w+)_FILE$/, '$1');
        assert.match(known, new RegExp(`\`${documented}\``), `${name}: ${variable.name}`);
      }
    }
  });
});

interface Rule {
  from?: { podSelector?: { matchLabels: Record<string, string> } }[];
  to?: { podSelector?: { matchLabels: Record<string, string> } }[];
  ports: { port: number }[];
}
