import { container } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';

export interface OwnedVolumeProps {
  /** Of the container that will use it. */
  readonly name: string;
  /** An image with `chown`. */
  readonly imageId: string;
  readonly volumeName: string;
  readonly path: string;
  /** uid:gid */
  readonly owner: string;
}

/** Gives a volume to a container's user: one that was made by another image or by hand belongs to root. */
export function ownedVolume(scope: Construct, id: string, props: OwnedVolumeProps): ITerraformDependable {
  const { name, imageId, volumeName, path, owner } = props;
  return new container.Container(scope, id, {
    name: `${name}-prepare`,
    image: imageId,
    user: '0:0',
    entrypoint: ['/bin/chown', owner, path],
    mustRun: false,
    attach: true,
    restart: 'no',
    volumes: [{ volumeName, containerPath: path }],
  });
}
