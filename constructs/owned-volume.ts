import { container } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';

export interface OwnedVolumesProps {
  /** Of the container that will use them. */
  readonly name: string;
  /** An image with `chown`. */
  readonly imageId: string;
  /** uid:gid */
  readonly owner: string;
  readonly volumes: readonly { readonly volumeName: string; readonly containerPath: string }[];
  /** Directories of the host. @default none */
  readonly mounts?: readonly { readonly type: 'bind'; readonly source: string; readonly target: string }[];
}

/** Gives volumes to a container's user: what was made by another image or by hand belongs to root. */
export function ownedVolumes(scope: Construct, id: string, props: OwnedVolumesProps): ITerraformDependable {
  const { name, imageId, owner, volumes, mounts = [] } = props;
  const paths = [...mounts.map(({ target }) => target), ...volumes.map(({ containerPath }) => containerPath)];
  return new container.Container(scope, id, {
    name: `${name}-prepare`,
    image: imageId,
    user: '0:0',
    entrypoint: ['/bin/chown', owner, ...paths],
    mustRun: false,
    attach: true,
    restart: 'no',
    ...(volumes.length > 0 && { volumes: [...volumes] }),
    ...(mounts.length > 0 && { mounts: [...mounts] }),
  });
}
