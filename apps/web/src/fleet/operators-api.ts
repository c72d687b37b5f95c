import { OperatorsApi } from '@berth/wire/operators';
import { homeUrl } from '../state/home.ts';

/** What gate passes on to the operators' port of status, for who shows the token. */
export const operatorsApi = (token: string): OperatorsApi =>
  new OperatorsApi({ url: `${homeUrl()}operators/v1`, token, timeoutMs: 8_000 });
