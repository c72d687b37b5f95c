import type * as pulumi from '@pulumi/pulumi';

type Fields<T> = unknown extends T
  ? T
  : T extends string | number | boolean | undefined
    ? T
    : { [K in keyof T]: Inputs<T[K]> };

/** A plain type in which every part may also be an output that is not known yet. */
export type Inputs<T> = pulumi.Input<Fields<T>>;
