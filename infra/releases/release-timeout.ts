import type { Config } from '../config.ts';

/** Seconds that a release may take for everything but its pods: on AWS nodes and a load balancer are made for it. */
const base = { kind: 300, aws: 600 };
/** Pods of a service are replaced one after the other; one takes this long when it has much to do. */
const perPod = 30;
/** A chat pod that comes to a running fleet has a rollout wait for half a minute at most besides, in which people move. */
const perChatPod = perPod + 30;
/** An edge behind AWS's load balancer is left alone for this long before the next one is replaced. */
export const edgeReadySeconds = 240;
/** And is not ready before the load balancer says so. */
const edgeKnownSeconds = 240;

/** How long Berth's release may take, in seconds: what is set, or what fits the number of its pods. */
export function releaseTimeout(config: Config): number {
  if (config.timeoutSeconds !== undefined) return config.timeoutSeconds;
  const own = perChatPod * config.chatMax;
  const pods =
    config.platform === 'aws'
      ? Math.max(
          own,
          perPod * config.gateMax,
          (perPod + edgeKnownSeconds + edgeReadySeconds) * config.edgeMax,
        )
      : own;
  return Math.min(7_200, base[config.platform] + pods);
}
