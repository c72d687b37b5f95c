/** The rules of docs/architecture.md about who may import whom. */

/**
 * The floors of chat, from the top: a file imports from its own floor or from one below. A message walks down from the
 * connection to the stores; the fleet stands on its own side, and nothing that a message passes knows of it.
 */
const chatFloors = [
  '(app|main|doors|fleet-side|metrics|readiness)\\.ts$',
  'connection/',
  'llfcchat/',
  'registration/',
  'fleet/presence/',
  'fleet/publishing/',
  'fleet/routes/',
  'fleet/peers/',
  'session/',
  'handlers(/|\\.ts$)',
  'events/',
  '(context|stored-side)\\.ts$',
  'rates/',
  'people/',
  'conversations/',
  'log/',
  'membership/',
  'stores/',
  'config\\.ts$',
];

const chat = '^apps/chat/src/';
const chatFloorRules = chatFloors.slice(1).map((floor, index) => ({
  name: 'chat-floors',
  comment: `${floor} stands below ${chatFloors.slice(0, index + 1).join(' ')}`,
  severity: 'error',
  from: { path: `${chat}${floor}`, pathNot: '\\.(test|fixture)\\.ts$' },
  to: { path: chatFloors.slice(0, index + 1).map((above) => `${chat}${above}`) },
}));

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...chatFloorRules,
    {
      name: 'chat-rooms',
      comment: 'Every file of chat stands on a floor.',
      severity: 'error',
      from: {
        path: `${chat}.+\\.ts$`,
        pathNot: ['\\.(test|fixture)\\.ts$', ...chatFloors.map((floor) => `${chat}${floor}`)],
      },
      to: {},
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
    {
      name: 'resolvable',
      comment: 'k6 brings its modules itself.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^k6(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
