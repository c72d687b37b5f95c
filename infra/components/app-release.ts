import * as helm from '@pulumi/kubernetes/helm/v3/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Chart } from '../chart.ts';
import { Kubectl } from '../kubectl.ts';
import { type Applied, keptTimeout, onceUp } from '../releases/kept-timeout.ts';
import { requireSettled } from '../releases/pending-release.ts';
import { ReleaseWatch } from '../releases/release-watch.ts';

export interface AppReleaseArgs {
  chart: Chart;
  namespace: pulumi.Output<string>;
  /** Its name, as known before there is anything. */
  namespaceName: string;
  values: pulumi.Inputs;
  timeoutSeconds: number;
  /** Revisions that Helm keeps. */
  maxHistory: number;
  kubeconfig: pulumi.Output<string>;
  /** Whether there is a cluster before the stack has made anything. */
  isClusterThere: boolean;
  /** What is to run before it is made or changed. */
  hooks?: pulumi.ResourceHookBinding | undefined;
}

export interface AppRelease {
  release: helm.Release;
  /** For the stack's output `releases`; known once the release is up. */
  applied: pulumi.Output<Applied | null>;
}

/**
 * A release of one of our charts: not begun while an earlier run has left it in the midst of something, which the engine
 * would not notice; watched while it comes up; and taken back when it does not, so that what ran before runs on.
 */
export function createAppRelease(
  name: string,
  args: AppReleaseArgs,
  options: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): AppRelease {
  const { chart, namespace, values, timeoutSeconds, maxHistory } = args;
  const watch = watchHooks(name, args, options.parent);
  const applied = keptTimeout(name, timeoutSeconds, { namespace, values, maxHistory });
  const release = new helm.Release(
    name,
    {
      name: settledName(name, args),
      chart: chart.path,
      namespace,
      atomic: true,
      timeout: applied.timeoutSeconds,
      maxHistory,
      values,
    },
    {
      ...options,
      hooks: {
        beforeCreate: [...(args.hooks?.beforeCreate ?? []), watch.begin],
        beforeUpdate: [...(args.hooks?.beforeUpdate ?? []), watch.begin],
        afterCreate: [watch.end],
        afterUpdate: [watch.end],
      },
    },
  );
  return { release, applied: onceUp(name, applied, release) };
}

/** The name, once it is sure that nothing is pending under it. */
function settledName(
  name: string,
  { kubeconfig, isClusterThere, namespaceName }: AppReleaseArgs,
): pulumi.Input<string> {
  // The platform has looked at a cluster that was there before; of another one an update is the first to know.
  if (isClusterThere || pulumi.runtime.isDryRun()) return name;
  const settled = kubeconfig.apply(async (content) => {
    await requireSettled(new Kubectl(content), { [name]: namespaceName });
    return name;
  });
  return pulumi.unsecret(settled);
}

function watchHooks(
  name: string,
  { kubeconfig, namespaceName, timeoutSeconds }: AppReleaseArgs,
  parent: pulumi.Resource,
): { begin: pulumi.ResourceHook; end: pulumi.ResourceHook } {
  let watch: ReleaseWatch | undefined;
  const begin = new pulumi.ResourceHook(`watch-${name}`, async () => {
    const content = await new Promise<string>((resolve) => {
      kubeconfig.apply(resolve);
    });
    const say = (text: string) => void pulumi.log.warn(text, parent);
    const tell = (text: string) => void pulumi.log.info(text, parent);
    watch = new ReleaseWatch({ kubectl: new Kubectl(content), namespace: namespaceName, say, tell });
    watch.start();
    void pulumi.log.info(`waiting for ${name} for at most ${timeoutSeconds} s`, parent, undefined, true);
  });
  const end = new pulumi.ResourceHook(`watched-${name}`, async () => watch?.stop());
  return { begin, end };
}
