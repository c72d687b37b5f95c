export { hostPort, parseHostPort } from './host-port.ts';
export { networkOf } from './network-of.ts';
export { type ProxyHeader, parseProxyHeader } from './proxy-header.ts';
