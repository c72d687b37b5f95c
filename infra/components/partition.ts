export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov';

/** The part of AWS that a region is in, as ARNs name it. */
export const partitionOf = (region: string): Partition =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
