import type { Section } from '../model.js';

const NAMED = 'nodes of a RustFsCluster are told their name, so their start looks up none';

export const startup: Section = {
  title: 'Nodes of a cluster',
  source: 'crates/ecstore/src/layout/endpoints.rs',
  variables: [
    {
      name: 'RUSTFS_LOCAL_ENDPOINT_HOST',
      derived: '`RustFsCluster`; a single server is the only one',
      only: '1.0.1',
      otherwise: 'looks for itself among the addresses of the names',
      effect: 'Name of this node in RUSTFS_VOLUMES',
    },
    {
      name: 'RUSTFS_RPC_SECRET',
      secret: true,
      derived: '`RustFsCluster`, which makes a secret for it; a single server has no other nodes',
      default: 'derived from the root credentials',
      effect: 'Authenticates nodes to each other',
      source: 'crates/credentials/src/credentials.rs',
    },
    {
      name: 'RUSTFS_STARTUP_TOPOLOGY_WAIT_MODE',
      derived: '`RustFsCluster`, which sets orchestrated; a single server has no other nodes',
      only: '1.0.1',
      otherwise: 'ends when a name does not resolve',
      default: 'auto',
      effect: 'What the start does while names of nodes do not resolve. RUSTFS_LOCAL_ENDPOINT_HOST needs orchestrated',
    },
    {
      name: 'RUSTFS_STARTUP_TOPOLOGY_{WAIT_TIMEOUT,RETRY_MAX_DELAY}',
      not: NAMED,
      only: '1.0.1',
      effect: 'How long, and how often, the start looks up names of nodes',
    },
    {
      name: 'RUSTFS_DNS_CACHE_TTL_SECS',
      not: NAMED,
      only: '1.0.1',
      otherwise: 'keeps them 300 s',
      default: '300',
      effect: 'How long addresses of nodes are kept during the start',
      source: 'crates/utils/src/net.rs',
    },
  ],
};
