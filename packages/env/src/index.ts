export {
  EnvError,
  env,
  parseOrExit,
  readEnv,
  readGrpcTls,
  readSecret,
  requireSecret,
} from './env.ts';
