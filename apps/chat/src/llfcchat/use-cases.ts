import type { Answers, RequestInput } from '@berth/wire';
import type { BoundHandlers } from '../handlers.ts';

type UseCase = keyof BoundHandlers;

/** Asks a use case as a frame of the Berth dialect would; its defaults and limits hold. Throws BerthError or ZodError. */
export type AskUseCase = <N extends UseCase>(name: N, body: RequestInput<N>) => Promise<Answers[N]>;
