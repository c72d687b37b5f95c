export { EnvError, env, readEnv, readSecret } from './env.ts';
