/** The rules of docs/architecture.md about who may import whom. */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'apps-stand-apart',
      comment: 'An app is used by another one over the network only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/[^/]+/src/(client|config)\\.ts$'] },
    },
    {
      name: 'packages-below-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'nothing-on-top-of-the-top',
      comment: 'infra, load and test import; nobody imports them.',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { path: '^(infra|load|test)/' },
    },
    {
      name: 'fixtures-in-tests-only',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: ['\\.(test|fixture)\\.tsx?$', '^packages/fixtures/', '(^|/)(test|fixtures)/'],
      },
      to: { path: '^packages/fixtures/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/|^load/scenarios/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
