import type { Properties, SubjectRule } from './rule.ts';

const passwordInUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Keys whose text would be a secret, unless they only say where it is. */
const secretKey = /(password|passwd|secret|token|privatekey|apikey|credentials)$/i;
const whereItIs = /^existingSecret$/i;

/** A release keeps its values in plain sight of whoever may read it, and in the state. */
export const noSecretInValues: SubjectRule = {
  name: 'no-secret-in-values',
  description: 'Charts get the names of Secrets, never what is in them.',
  check({ type, props }) {
    return type === 'kubernetes:helm.sh/v3:Release' ? secretsIn(props.values, 'values') : [];
  },
};

export const noSecretInConfigMap: SubjectRule = {
  name: 'no-secret-in-config-maps',
  description: 'What is secret is in a Secret.',
  check({ type, props }) {
    return type === 'kubernetes:core/v1:ConfigMap' ? secretsIn(props.data, 'data') : [];
  },
};

/** Without, whoever reaches the ports of the services is taken for one of them. */
export const mutualTls: SubjectRule = {
  name: 'mutual-tls',
  description: 'Services prove to each other who they are.',
  check({ type, props }) {
    const serviceTls = props.values?.serviceTls;
    const isOff =
      type === 'kubernetes:helm.sh/v3:Release' && serviceTls !== undefined && serviceTls.enabled !== true;
    return isOff ? ['values.serviceTls.enabled is not true'] : [];
  },
};

function secretsIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') return isSecret(path, value) ? [`${path} looks like a secret`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Properties).flatMap(([key, item]) => secretsIn(item, `${path}.${key}`));
}

function isSecret(path: string, text: string): boolean {
  const key = path.split('.').at(-1)!;
  return (
    passwordInUrl.test(text) ||
    privateKey.test(text) ||
    (text !== '' && secretKey.test(key) && !whereItIs.test(key))
  );
}
