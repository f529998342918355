import { type Section, seconds } from '../model.js';

export const startup: Section = {
  title: 'Nodes of a cluster',
  source: 'crates/config/src/constants/app.rs',
  variables: [
    {
      name: 'RUSTFS_LOCAL_ENDPOINT_HOST',
      derived: '`RustFsCluster`: a single server is the only one',
      only: '1.0.1',
      otherwise: 'looks for itself among the addresses of the names',
      effect: 'Name of this node in RUSTFS_VOLUMES',
    },
    {
      name: 'RUSTFS_RPC_SECRET',
      secret: true,
      derived: '`RustFsCluster`, which makes one of its own; a single server has no other nodes',
      default: 'derived from the root credentials',
      effect: 'Authenticates nodes to each other',
      source: 'crates/credentials/src/credentials.rs',
    },
    {
      name: 'RUSTFS_STARTUP_TOPOLOGY_WAIT_MODE',
      derived: '`RustFsCluster`, which sets orchestrated; a single server waits for no names',
      only: '1.0.1',
      otherwise: 'ends when a name does not resolve',
      default: 'auto',
      effect: 'Whether the start waits for the names of other nodes',
    },
    {
      name: 'RUSTFS_STARTUP_TOPOLOGY_WAIT_TIMEOUT',
      setting: 'startup.peerTimeoutSeconds',
      value: seconds(1),
      only: '1.0.1',
      clusterOnly: true,
      default: 'no end',
      effect:
        'How long the start waits for the names of other nodes before the process ends, and the engine starts it again',
      source: 'crates/ecstore/src/layout/endpoints.rs',
    },
    {
      name: 'RUSTFS_STARTUP_TOPOLOGY_RETRY_MAX_DELAY',
      setting: 'startup.retryMaxSeconds',
      value: seconds(1),
      only: '1.0.1',
      clusterOnly: true,
      default: '8',
      effect: 'Longest pause between two attempts to find the names of other nodes',
      source: 'crates/ecstore/src/layout/endpoints.rs',
    },
  ],
};
