// The X.509 library registers its parts by decorators, which need this first.
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type Service, type ServiceTls, services } from '../secrets.ts';

/** A certificate and its key, both PEM (the key PKCS #8). */
export interface Pair {
  certificate: string;
  key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const authorityDays = 3_650;
const leafDays = 365;
const dayMs = 24 * 60 * 60 * 1_000;
/** Clocks of nodes may be behind. */
const backdateMs = 5 * 60 * 1_000;

/** A private authority, good for ten years, that signs leaves and nothing else. */
export async function createAuthority(now = Date.now()): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Berth services',
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(now + authorityDays * dayMs),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  );
  return { certificate: pem(certificate), key: await keyPem(keys.privateKey) };
}

/** A year's certificate for every service under the names that the chart gives them in the namespace. */
export async function issueServiceTls(
  authority: Pair,
  namespace: string,
  now = Date.now(),
): Promise<ServiceTls> {
  const leaves = services.map(
    async (service): Promise<[Service, Pair]> => [
      service,
      await issueLeaf(authority, service, namesOf(service, namespace), now),
    ],
  );
  const issued = Object.fromEntries(await Promise.all(leaves)) as Record<Service, Pair>;
  return { authority: authority.certificate, ...issued };
}

/** Chat nodes have a name each, under that of their Service. */
function namesOf(service: Service, namespace: string): string[] {
  const name = `berth-${service}.${namespace}.svc.cluster.local`;
  return service === 'chat' ? [name, `*.${name}`] : [name];
}

async function issueLeaf(authority: Pair, service: Service, names: string[], now: number): Promise<Pair> {
  const issuer = new X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    PemConverter.decode(authority.key)[0]!,
    algorithm,
    false,
    ['sign'],
  );
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create(
    {
      subject: `CN=berth-${service}`,
      issuer: issuer.subject,
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(now + leafDays * dayMs),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        // Each service is a server to some and a client to others.
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        await AuthorityKeyIdentifierExtension.create(issuer),
      ],
    },
    crypto,
  );
  return { certificate: pem(certificate), key: await keyPem(keys.privateKey) };
}

const pem = (certificate: X509Certificate): string => `${certificate.toString('pem')}\n`;

async function keyPem(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}
