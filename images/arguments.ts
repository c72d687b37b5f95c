import { parseArgs } from 'node:util';

/** Every image of ours but the mail catcher, which only clusters without the official one need. */
export const services = ['gate', 'verify', 'status', 'chat', 'files', 'migrate', 'probe'] as const;
const apps = [...services, 'mail'] as const;
export type ImageApp = (typeof apps)[number];

export interface ImagesRequest {
  tag: string;
  apps: ImageApp[];
  /** Registry and path in front of the app's name. */
  repository: string;
  /** What becomes of the images: they stay here, go into a cluster of kind, or into a registry. */
  target: { kind: 'keep' } | { kind: 'load'; cluster: string } | { kind: 'push' };
  baseImage: string | undefined;
}

export const usage = `npm run images -- --tag TAG [--load kind[=CLUSTER] | --push REPOSITORY] [--app APP]... [--base IMAGE]

  --tag TAG          tag of the images, not "latest"
  --load kind[=NAME] builds berth/<app>:TAG for this machine and loads it into the kind cluster (default: berth)
  --push REPOSITORY  builds REPOSITORY/<app>:TAG for amd64 and arm64 and pushes it
  --app APP          only this one (${apps.join(', ')}); again for more. Default: all but mail
  --base IMAGE       base image that has node; default: node:24-bookworm-slim`;

/** A wrong command line; the message says what is wrong. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/** Throws ArgumentError. */
export function parseImagesRequest(args: string[]): ImagesRequest {
  const { values } = parse(args);
  const { tag, load, push, base } = values;
  if (tag === undefined) throw new ArgumentError('--tag is missing');
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag)) throw new ArgumentError(`--tag ${tag}: not a tag`);
  if (tag === 'latest')
    throw new ArgumentError(
      '--tag latest: a cluster cannot tell one from the next; take a version or a commit',
    );
  if (load !== undefined && push !== undefined)
    throw new ArgumentError('--load and --push: only one of them');
  const cluster = /^kind(?:=([a-z0-9.-]+))?$/.exec(load ?? 'kind');
  if (!cluster) throw new ArgumentError(`--load ${load}: expected kind or kind=NAME`);
  const unknown = values.app?.find((app) => !apps.includes(app as ImageApp));
  if (unknown !== undefined) throw new ArgumentError(`--app ${unknown}: one of ${apps.join(', ')}`);
  return {
    tag,
    apps: (values.app as ImageApp[] | undefined) ?? [...services],
    repository: push?.replace(/\/$/, '') ?? 'berth',
    target:
      push !== undefined
        ? { kind: 'push' }
        : load !== undefined
          ? { kind: 'load', cluster: cluster[1] ?? 'berth' }
          : { kind: 'keep' },
    baseImage: base,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        tag: { type: 'string' },
        load: { type: 'string' },
        push: { type: 'string' },
        app: { type: 'string', multiple: true },
        base: { type: 'string' },
      },
    });
  } catch (error) {
    // Its first sentence says what is wrong; those after it are about positional arguments.
    const [wrong] = (error as Error).message.split(/\.?(?:\s|$)(?=[A-Z]|$)/);
    throw new ArgumentError(`${wrong}: npm run images shows the options`);
  }
}
