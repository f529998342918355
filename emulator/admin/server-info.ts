import type { EmulatorContext } from '../context.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, json } from './call.js';

/** What the emulator says of its one drive: nothing is measured, so sizes are round and rates are zero. */
const DRIVE = {
  total: 100_000_000_000,
  path: '/data',
  endpoint: 'rustfs.emulator:9000',
} as const;

const DISCOVERY = {
  runtimeCapabilities: '/rustfs/admin/v4/runtime/capabilities',
  clusterSnapshot: '/rustfs/admin/v4/cluster/snapshot',
  extensionsCatalog: '/rustfs/admin/v4/extensions/catalog',
} as const;

/** `admin_discovery` of the versions that have it. */
export function discoveryLinks({ profile }: EmulatorContext): object {
  return profile.admin.discoveryLinks ? { admin_discovery: DISCOVERY } : {};
}

export const serverInfo: AdminHandler = (call) => {
  requireAny(call, 'admin:ServerInfo');
  const { context } = call;
  const { profile, deploymentId, startedAt, buckets } = context;
  const usage = totalUsage(context);
  const drive = describeDrive(context, usage.bytes);
  const info = {
    mode: 'online',
    domain: null,
    region: null,
    sqsARN: null,
    deploymentID: deploymentId,
    buckets: { count: buckets.size, error: null },
    objects: { count: usage.objects, error: null },
    versions: { count: usage.versions, error: null },
    deletemarkers: { count: usage.deleteMarkers, error: null },
    usage: { size: usage.bytes, error: null },
    services: { kms: null, kmsStatus: null, ldap: null, logger: null, audit: null, notifications: null },
    backend: {
      backendType: 'Erasure',
      onlineDisks: 1,
      offlineDisks: 0,
      ...(profile.admin.wrappedInfo && { unknownDisks: 0 }),
      standardSCParity: 0,
      rrSCParity: profile.admin.reducedRedundancy.parity,
      totalSets: [1],
      totalDrivesPerSet: [1],
    },
    servers: [
      {
        state: 'online',
        endpoint: DRIVE.endpoint,
        scheme: '',
        uptime: Math.floor((Date.now() - startedAt.getTime()) / 1000),
        version: `@${profile.version}`,
        commitID: '',
        network: { [DRIVE.endpoint]: 'online' },
        drives: [drive],
        poolNumber: 1,
        poolNumbers: [1],
        mem_stats: { alloc: 0, total_alloc: 0, mallocs: 0, frees: 0, heap_alloc: 0 },
        max_procs: 0,
        num_cpu: 0,
        runtime_version: '',
        rustfs_env_vars: {},
      },
    ],
    pools: {
      '0': {
        '0': {
          id: 0,
          rawUsage: usage.bytes,
          rawCapacity: DRIVE.total,
          usage: usage.bytes,
          objectsCount: usage.objects,
          versionsCount: usage.versions,
          deleteMarkersCount: usage.deleteMarkers,
          healDisks: 0,
        },
      },
    },
  };
  if (!profile.admin.wrappedInfo) return json(info);
  return json({ info, ...discoveryLinks(context), bitrotSelftest: 'passed' });
};

export const storageInfo: AdminHandler = (call) => {
  requireAny(call, 'admin:StorageInfo');
  const { context } = call;
  const { profile } = context;
  const info = { disks: [describeDrive(context, totalUsage(context).bytes)], backend: backendInfo(context) };
  if (!profile.admin.wrappedInfo) return json(info);
  const observation = {
    endpoint: DRIVE.endpoint,
    status: 'succeeded',
    cached: false,
    last_success_unix_millis: Date.now(),
    snapshot_age_seconds: 0,
    error_code: null,
  };
  return json({ info: { ...info, observations: [observation] }, ...discoveryLinks(context) });
};

/** Usage: of all buckets where the version counts at once, otherwise unknown as long as no scanner ran. */
export const dataUsageInfo: AdminHandler = (call) => {
  requireAny(call, 'admin:DataUsageInfo', 's3:ListBucket');
  const { context } = call;
  const scanned = context.profile.quota.usageUnknown ? [] : [...context.buckets.keys()];
  const usages = scanned.map((name) => [name, context.usage(name)] as const);
  const sum = (of: 'objects' | 'versions' | 'deleteMarkers' | 'bytes') =>
    usages.reduce((total, [, usage]) => total + usage[of], 0);
  const used = totalUsage(context).bytes;
  return json({
    total_capacity: DRIVE.total,
    total_used_capacity: used,
    total_free_capacity: DRIVE.total - used,
    last_update: null,
    objects_total_count: sum('objects'),
    versions_total_count: sum('versions'),
    delete_markers_total_count: sum('deleteMarkers'),
    objects_total_size: sum('bytes'),
    replication_info: {},
    buckets_count: usages.length,
    buckets_usage: Object.fromEntries(
      usages.map(([name, usage]) => [
        name,
        {
          size: usage.bytes,
          replication_pending_size_v1: 0,
          replication_failed_size_v1: 0,
          replicated_size_v1: 0,
          replication_pending_count_v1: 0,
          replication_failed_count_v1: 0,
          objects_count: usage.objects,
          object_size_histogram: {},
          object_versions_histogram: {},
          versions_count: usage.versions,
          delete_markers_count: usage.deleteMarkers,
          replica_size: 0,
          replica_count: 0,
          replication_info: {},
        },
      ]),
    ),
    ...(context.profile.quota.usageUnknown && { usage_snapshot_complete: false, usage_snapshot_partial: false }),
    bucket_sizes: Object.fromEntries(usages.map(([name, usage]) => [name, usage.bytes])),
    disk_usage_status: [],
  });
};

/** Storage classes and drives, as `storageinfo` and `accountinfo` show them. */
export function backendInfo({ profile }: EmulatorContext): object {
  const { data, parity, listed } = profile.admin.reducedRedundancy;
  return {
    BackendType: 'Erasure',
    OnlineDisks: {},
    OfflineDisks: {},
    StandardSCData: [1],
    StandardSCParities: listed ? [0] : [],
    StandardSCParity: 0,
    RRSCData: [data],
    RRSCParities: listed ? [parity] : [],
    RRSCParity: parity,
    TotalSets: [1],
    DrivesPerSet: [1],
  };
}

function totalUsage(context: EmulatorContext) {
  const total = { objects: 0, versions: 0, deleteMarkers: 0, bytes: 0 };
  for (const name of context.buckets.keys()) {
    const usage = context.usage(name);
    total.objects += usage.objects;
    total.versions += usage.versions;
    total.deleteMarkers += usage.deleteMarkers;
    total.bytes += usage.bytes;
  }
  return total;
}

function describeDrive({ deploymentId }: EmulatorContext, used: number): object {
  return {
    endpoint: DRIVE.path,
    rootDisk: false,
    path: DRIVE.path,
    healing: false,
    scanning: false,
    state: 'ok',
    uuid: deploymentId,
    major: 254,
    minor: 0,
    model: null,
    totalspace: DRIVE.total,
    usedspace: used,
    availspace: DRIVE.total - used,
    readthroughput: 0,
    writethroughput: 0,
    readlatency: 0,
    writelatency: 0,
    utilization: (used / DRIVE.total) * 100,
    metrics: null,
    heal_info: null,
    used_inodes: 0,
    free_inodes: 0,
    local: true,
    pool_index: 0,
    set_index: 0,
    disk_index: 0,
    runtimeState: 'online',
    capacityObservationSource: 'live_probe',
    capacityObservationAgeSeconds: 0,
    physicalDeviceIds: ['vda'],
  };
}
