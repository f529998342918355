import { type container, type image, volume } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { ownedVolumes } from './owned-volume.js';
import type { RustFsStorage } from './rustfs-storage.js';
import type { ServerVolume } from './server-part.js';

/** uid and gid of the `rustfs` user in the image (source: Dockerfile). */
const RUSTFS_UID = 10001;

export interface VolumesProps {
  /** Of the container; the volumes are named after it. */
  readonly name: string;
  readonly image: image.Image;
  readonly storage: RustFsStorage;
  readonly logs: 'stdout' | 'volume';
  /** What features keep. */
  readonly others: readonly ServerVolume[];
  readonly removalPolicy: 'retain' | 'destroy';
}

/** How a container gets the data and the logs. */
export interface Volumes {
  readonly mounted: Pick<container.ContainerConfig, 'volumes' | 'mounts'>;
  /** Done when all of it belongs to RustFS' user. */
  readonly prepared: ITerraformDependable;
}

/**
 * Volumes of a RustFS container, given to RustFS' user: one that was made by another image or by hand, and a directory of the
 * host, belongs to root.
 */
export function rustFsVolumes(scope: Construct, props: VolumesProps): Volumes {
  const { name, storage, logs, others, removalPolicy } = props;
  if (storage.hostPaths && removalPolicy === 'destroy') {
    throw new Error(
      'removalPolicy destroy deletes a Docker volume, and RustFsStorage.paths() has none: leave it out, and delete by hand what is in the paths',
    );
  }
  const named = (id: string, suffix: string, containerPath: string) => {
    const made = new volume.Volume(scope, id, {
      name: `${name}-${suffix}`,
      lifecycle: { preventDestroy: removalPolicy === 'retain' },
    });
    return { volumeName: made.name, containerPath };
  };
  const mounts = (storage.hostPaths ?? []).map((source, index) => ({
    type: 'bind' as const,
    source,
    target: `/drives/drive${index}`,
  }));
  const volumes = [
    ...(storage.hostPaths ? [] : [named('Data', 'data', '/data')]),
    ...(logs === 'volume' ? [named('Logs', 'logs', '/logs')] : []),
    ...others.map(({ name: suffix, path }) => named(`Volume-${suffix}`, suffix, path)),
  ];
  const mounted = { ...(volumes.length > 0 ? { volumes } : {}), ...(mounts.length > 0 ? { mounts } : {}) };
  const owner = `${RUSTFS_UID}:${RUSTFS_UID}`;
  const imageId = props.image.imageId;
  const prepared = ownedVolumes(scope, 'PrepareVolume', { name, imageId, owner, volumes, mounts });
  return { mounted, prepared };
}
