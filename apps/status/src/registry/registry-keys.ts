/** The keys of every script, in the order of registry/lua/node.lua; one hash tag, so one slot of a cluster. */
export const registryKeys = [
  'nodes',
  'about',
  'open',
  'barred',
  'wakes',
  'leases',
  'epochs',
  'holders',
  'reservations',
  'fleet',
  'news',
  'gone',
  'suspended',
].map((name) => `{berth}:${name}`);

export const aboutKey = '{berth}:about';
