import type { Construct } from 'constructs';
import { ComponentStorage, type IRustFs } from '../constructs/index.js';
import { Access } from '../policies/index.js';

/** The six applications of the RustFS IAM setup pattern, each with exactly its buckets and rights. */
export function applicationStorage(scope: Construct, server: IRustFs): void {
  const component = (id: string, access: Access, ...buckets: readonly string[]) =>
    new ComponentStorage(scope, id, { server, access, buckets });

  component('litellm', Access.readWrite(), 'cache', 'logs');
  component('langfuse', Access.readWrite(), 'events', 'media', 'exports', 'postgres-backups');
  component('obot', Access.readWrite(), 'workspaces');
  component('mcpgateway', Access.readWrite({ location: true }), 'postgres-backups');
  component('loki', Access.readWrite(), 'chunks', 'ruler', 'admin');
  // etcd snapshots: whoever holds the key can add and restore, but never delete.
  component('talos', Access.append(), 'backups');
}
