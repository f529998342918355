import { CONSOLE_PORT, S3_PORT } from '../rustfs.js';
import { RUSTFS_UID } from '../rustfs-volumes.js';
import { type ClusterServer, drivePaths } from './cluster-server.js';

export interface KubernetesManifestProps {
  readonly name: string;
  readonly namespace: string;
  /** Whether to write the Namespace too. */
  readonly createNamespace: boolean;
  readonly server: ClusterServer;
  /** Size of each drive, such as `100Gi`. */
  readonly driveSize: string;
  readonly storageClass?: string | undefined;
  readonly console: boolean;
  readonly memory: string;
  readonly cpu: string;
  /** Namespaces whose pods may connect. */
  readonly clientNamespaces: readonly string[];
  /** Name of the Secret. */
  readonly secret: string;
  readonly clusterDomain: string;
}

type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

export const headlessName = (name: string) => `${name}-headless`;

/**
 * Objects of a cluster, in the order to apply them.
 *
 * Pods start together, because none is ready before the others are there; and they find each other before they are ready. The disruption
 * budget is what the layout allows without stopping writes.
 */
export function kubernetesManifests(props: KubernetesManifestProps): readonly KubernetesObject[] {
  const { name, namespace, server } = props;
  const selector = { 'app.kubernetes.io/name': 'rustfs', 'app.kubernetes.io/instance': name };
  const metadata = (of: string) => ({
    name: of,
    namespace,
    labels: { ...selector, 'app.kubernetes.io/managed-by': 'cdktf-rustfs' },
  });
  const ports = [{ name: 's3', port: S3_PORT }, ...(props.console ? [{ name: 'console', port: CONSOLE_PORT }] : [])];
  const service = (of: string, spec: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(of),
    spec: { ...spec, selector, ports: ports.map((port) => ({ ...port, targetPort: port.name })) },
  });
  return [
    ...(props.createNamespace
      ? [
          {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
          },
        ]
      : []),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(name), automountServiceAccountToken: false },
    networkPolicy(props, metadata(name), selector),
    service(headlessName(name), { clusterIP: 'None', publishNotReadyAddresses: true }),
    service(name, { type: 'ClusterIP' }),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(name),
      spec: { maxUnavailable: server.layout.nodesLost.writes.any, selector: { matchLabels: selector } },
    },
    statefulSet(props, metadata(name), selector),
  ];
}

function networkPolicy(
  { clientNamespaces, console }: KubernetesManifestProps,
  metadata: KubernetesObject['metadata'],
  selector: object,
): KubernetesObject {
  const port = (number: number) => ({ protocol: 'TCP', port: number });
  const clients = clientNamespaces.map((namespace) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector: { matchLabels: selector } }], ports: [port(S3_PORT)] },
        { from: clients, ports: [port(S3_PORT), ...(console ? [port(CONSOLE_PORT)] : [])] },
      ],
    },
  };
}

function statefulSet(
  props: KubernetesManifestProps,
  metadata: KubernetesObject['metadata'],
  selector: Readonly<Record<string, string>>,
): KubernetesObject {
  const { name, server, driveSize, storageClass } = props;
  const { layout } = server;
  const drives = drivePaths(layout.drivesPerNode).map((mountPath, index) => ({ name: `drive${index + 1}`, mountPath }));
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      serviceName: headlessName(name),
      replicas: layout.nodes,
      podManagementPolicy: 'Parallel',
      // One pod at a time, and only after its predecessor was ready for this long.
      updateStrategy: { type: 'RollingUpdate' },
      minReadySeconds: 15,
      // Nothing is ever lost: claims outlive the set, and its scaling.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: RUSTFS_UID,
            runAsGroup: RUSTFS_UID,
            fsGroup: RUSTFS_UID,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          affinity: {
            podAntiAffinity: {
              // The layout counts on every pod having a machine of its own.
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: selector }, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selector },
            },
          ],
          containers: [container(props, drives)],
          volumes: [{ name: 'secrets', secret: { secretName: props.secret, defaultMode: 0o440 } }],
        },
      },
      volumeClaimTemplates: drives.map((drive) => ({
        metadata: { name: drive.name },
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
          resources: { requests: { storage: driveSize } },
        },
      })),
    },
  };
}

function container(props: KubernetesManifestProps, drives: readonly { name: string; mountPath: string }[]) {
  const { name, namespace, server, clusterDomain, memory, cpu } = props;
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 's3' },
    periodSeconds,
    timeoutSeconds: 5,
    failureThreshold,
  });
  const local = `$(POD_NAME).${headlessName(name)}.${namespace}.svc.${clusterDomain}`;
  return {
    name: 'rustfs',
    image: `rustfs/rustfs:${server.version}`,
    imagePullPolicy: 'IfNotPresent',
    ...(server.entrypoint && { command: server.entrypoint, args: ['rustfs'] }),
    env: [
      ...(server.version === '1.0.1'
        ? [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'RUSTFS_LOCAL_ENDPOINT_HOST', value: local },
          ]
        : []),
      ...Object.entries({ ...server.environment, RUSTFS_CONSOLE_ENABLE: String(props.console) }).map(
        ([variable, value]) => ({ name: variable, value }),
      ),
    ],
    ports: [
      { name: 's3', containerPort: S3_PORT },
      ...(props.console ? [{ name: 'console', containerPort: CONSOLE_PORT }] : []),
    ],
    // It listens only when it knows all peers' addresses: 30 minutes for the slowest machine to join.
    startupProbe: probe('/health', 10, 180),
    // The process, not the cluster: to restart a node because others are away would make it worse.
    livenessProbe: probe('/health', 10, 6),
    readinessProbe: probe('/health/ready', 5, 3),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: [
      ...drives,
      ...server.secrets.map(({ name: subPath, path }) => ({
        name: 'secrets',
        mountPath: path,
        subPath,
        readOnly: true,
      })),
    ],
  };
}
