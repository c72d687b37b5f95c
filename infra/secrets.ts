import { SessionKeys } from '@berth/tokens';
import { z } from 'zod';
import { json } from './json-text.ts';
import { parseKubeconfig } from './kubeconfig.ts';
import type { Setting } from './setting.ts';

/** The services that prove to each other who they are. */
export const services = ['gate', 'verify', 'status', 'chat'] as const;
export type Service = (typeof services)[number];

const certificate = z.string().startsWith('-----BEGIN CERTIFICATE-----');
const pair = z.object({ certificate, key: z.string().startsWith('-----BEGIN PRIVATE KEY-----') });

/** A private authority's certificate and what it issued to each service. PEM. */
export const serviceTlsSchema = z.object({
  authority: certificate,
  gate: pair,
  verify: pair,
  status: pair,
  chat: pair,
});
export type ServiceTls = z.infer<typeof serviceTlsSchema>;

/** Text that says the same to `use`: what it throws is the message. */
const accepted = (use: (content: string) => void) =>
  z.string().superRefine((content, context) => {
    try {
      use(content);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

/** Of a server: what RDS and ElastiCache both take, and no URL has to escape. */
const password = () => z.string().regex(/^[A-Za-z0-9-]{16,41}$/, 'expected 16 to 41 of A-Z a-z 0-9 -');
/** Of an HMAC. */
const key = () =>
  z.string().regex(/^[\x21-\x7e]{32,256}$/, 'expected at least 32 characters without a space');

/** What must be set with `pulumi config set --secret berth:<name>`; `npm run stack -- init` makes what it can. */
export type Secret<T = unknown> = Pick<Setting<T>, 'schema' | 'description'> & {
  /** Only its owner knows it: `init` cannot make it. */
  isOwn?: boolean;
  /** The secret that it follows from while it is not set: a stack from before it was needed goes on without it. */
  from?: string;
};

/** Secrets of every stack. */
export const commonSecrets = {
  mysqlPassword: { schema: password(), description: 'Password of the MySQL user `berth`.' },
  redisPassword: { schema: password(), description: 'Password of Redis.' },
  ticketSecret: { schema: key(), description: 'Keys the tickets for chat nodes.' },
  operatorToken: { schema: key(), description: 'Shown by operators who ask status for the fleet.' },
  linkSecret: {
    schema: key(),
    description: 'Keys the links to files; while it is not set it follows from `ticketSecret`.',
    from: 'ticketSecret',
  },
  codeSecret: { schema: key(), description: 'Keys the hashes of e-mail codes.' },
  checksumKey: {
    schema: key(),
    description: 'Keys the checksums by which pods notice that a Secret has changed.',
  },
  sessionKeys: {
    schema: accepted((content) => new SessionKeys(content).close()),
    description: 'Ed25519 keys of session tokens: `{"keys":[{"kid","privateKey"}]}`, one or two.',
  },
  serviceTls: {
    schema: json.pipe(serviceTlsSchema),
    description: 'Certificates and keys of the services, and the authority that issued them.',
  },
} satisfies Record<string, Secret>;

/** Secrets of the platform `kind`. */
export const kindSecrets = {
  mysqlRootPassword: { schema: password(), description: 'Password of MySQL’s root.' },
  kubeconfig: { schema: accepted(parseKubeconfig), description: 'Access to the cluster.' },
} satisfies Record<string, Secret>;

/** Secrets of the platform `aws`. */
export const awsSecrets = {
  smtpUrl: {
    schema: z
      .string()
      .regex(/^smtps?:\/\/[^\s@/]+:[^\s@/]+@[\w.-]+(:\d+)?\/?$/, 'expected smtps://user:password@host:port'),
    description: 'Mail server: `smtps://user:password@host:465`.',
    isOwn: true,
  },
} satisfies Record<string, Secret>;

/** Kept in the configuration by `npm run stack`, never read by the program. */
export const keptSecrets = {
  serviceAuthorityKey: 'Key of the authority of the services, for issuing new leaves.',
};
