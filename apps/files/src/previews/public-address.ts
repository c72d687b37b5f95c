import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * What is not reachable from everywhere, or leads back to what is not: IANA's special-purpose registries, multicast, and the one public
 * address at which Azure tells a machine its secrets.
 */
const special = blockListOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
  ],
  ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  '168.63.129.16/32',
  // Of global unicast: Teredo, ORCHID and others; documentation; 6to4, which holds an IPv4 address; AS112.
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
]);

/**
 * All that is given out for unicast over the internet. Outside of it is whatever maps, translates or embeds an IPv4 address by a rule
 * (`::ffff:0:0/96`, `64:ff9b::/96`, `64:ff9b:1::/48`, `::/96`), loopback, link-local, unique local and multicast.
 */
const global = blockListOf(['2000::/3']);

/** Whether an address is one of the public internet. Anything that is no address is not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !special.check(address, 'ipv4');
  return version === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** The same, without `refused` networks (CIDR) and without this machine's own addresses, whose doors take it for one of them. */
export function publicBut(refused: readonly string[]): (address: string) => boolean {
  const networks = blockListOf(refused);
  return (address) =>
    isPublicAddress(address) &&
    !networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6') &&
    !blockListOf(ownAddresses()).check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(
      ({ address, family }) => `${address.replace(/%.*$/, '')}/${family === 'IPv4' ? 32 : 128}`,
    ),
  );

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/') as [string, string];
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
