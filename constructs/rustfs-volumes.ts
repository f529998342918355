import { type container, volume } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { ownedVolumes } from './owned-volume.js';
import type { RustFsStorage } from './rustfs-storage.js';
import type { ServerVolume } from './server-part.js';

/** uid and gid of the `rustfs` user in the image (source: Dockerfile). */
export const RUSTFS_UID = 10001;
const OWNER = `${RUSTFS_UID}:${RUSTFS_UID}`;

/** What all volumes of one container have in common. */
export interface VolumeContext {
  /** Its name; the volumes are named after it. */
  readonly container: string;
  readonly imageId: string;
  readonly removalPolicy: 'retain' | 'destroy';
}

export interface VolumesProps extends VolumeContext {
  readonly storage: RustFsStorage;
  readonly logs: 'stdout' | 'volume';
  /** What features keep. */
  readonly others: readonly ServerVolume[];
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
  const { container: name, imageId, storage, logs, others, removalPolicy } = props;
  if (storage.hostPaths && removalPolicy === 'destroy') {
    throw new Error(
      'removalPolicy destroy deletes a Docker volume, and RustFsStorage.paths() has none: leave it out, and delete by hand what is in the paths',
    );
  }
  const mounts = (storage.hostPaths ?? []).map((source, index) => ({
    type: 'bind' as const,
    source,
    target: `/drives/drive${index}`,
  }));
  const volumes = [
    ...(storage.hostPaths ? [] : [namedVolume(scope, 'Data', props, { name: 'data', path: '/data' })]),
    ...(logs === 'volume' ? [namedVolume(scope, 'Logs', props, { name: 'logs', path: '/logs' })] : []),
    ...others.map((one) => namedVolume(scope, `Volume-${one.name}`, props, one)),
  ];
  const mounted = { ...(volumes.length > 0 ? { volumes } : {}), ...(mounts.length > 0 ? { mounts } : {}) };
  const prepared = ownedVolumes(scope, 'PrepareVolume', { name, imageId, owner: OWNER, volumes, mounts });
  return { mounted, prepared };
}

function namedVolume(
  scope: Construct,
  id: string,
  { container: name, removalPolicy }: VolumeContext,
  { name: suffix, path }: ServerVolume,
) {
  const made = new volume.Volume(scope, id, {
    name: `${name}-${suffix}`,
    lifecycle: { preventDestroy: removalPolicy === 'retain' },
  });
  return { volumeName: made.name, containerPath: path };
}

/** A volume for a feature that is declared after the server. */
export function featureVolume(scope: Construct, props: VolumeContext & ServerVolume) {
  const made = namedVolume(scope, `Volume-${props.name}`, props, props);
  const prepared = ownedVolumes(scope, `PrepareVolume-${props.name}`, {
    name: `${props.container}-${props.name}`,
    ...{ imageId: props.imageId, owner: OWNER, volumes: [made] },
  });
  return { volume: made, prepared };
}
