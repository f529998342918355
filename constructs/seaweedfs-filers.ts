import { container, type image, volume } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';

const MASTER_PORT = 9333;
const VOLUME_PORT = 8080;
const FILER_PORT = 8888;
const ADDRESS = /^[A-Za-z0-9.-]+:\d{1,5}$/;

export interface DevelopmentFilersProps {
  /** More than one needs a store that they share. @default 1 */
  readonly filers?: number;
  /**
   * `host:port` of an etcd, where the filers keep their metadata: leveldb, the default store, is each filer's own, so
   * gateways would see different objects.
   * @default - leveldb on the filer's volume
   */
  readonly etcd?: string;
  /** `retain` makes Terraform refuse to delete the volumes. @default retain */
  readonly removalPolicy?: 'retain' | 'destroy';
}

export interface FilerContext {
  readonly name: string;
  readonly image: image.Image;
  readonly networkName: string;
}

export interface BoundFilers {
  readonly dependsOn: readonly ITerraformDependable[];
}

/** The filers that every gateway of a fleet uses. */
export class SeaweedFsFilers {
  /**
   * Filers that somebody else runs, as `host:port`. The gateways use them all; they have to share one store.
   *
   * @param options.network Docker network that they are in. The gateways join it. @default - reachable without one
   */
  static existing(addresses: readonly string[], options: { readonly network?: string } = {}): SeaweedFsFilers {
    const bad = addresses.filter((address) => !ADDRESS.test(address));
    const problems = [
      ...(addresses.length === 0 ? ['no filer is given: expected at least one host:port'] : []),
      ...bad.map((address) => `filer ${JSON.stringify(address)}: expected host:port, such as filer:${FILER_PORT}`),
      ...(new Set(addresses).size < addresses.length ? ['a filer is given twice'] : []),
    ];
    return new SeaweedFsFilers(
      () => addresses,
      problems,
      () => ({ dependsOn: [] }),
      options.network,
    );
  }

  /** A master, a volume server and filers of the fleet's own, one replica of everything: for development. */
  static development(props: DevelopmentFilersProps = {}): SeaweedFsFilers {
    const { filers = 1, etcd } = props;
    const problems = [
      ...(!Number.isInteger(filers) || filers < 1 ? [`filers is ${filers}: expected a whole number, at least 1`] : []),
      ...(filers > 1 && etcd === undefined
        ? [`${filers} filers without a store that they share: set etcd, or use one filer`]
        : []),
      ...(etcd !== undefined && !ADDRESS.test(etcd) ? [`etcd is ${JSON.stringify(etcd)}: expected host:port`] : []),
    ];
    const names = Array.from({ length: Math.max(1, Math.trunc(filers) || 1) }, (_, index) => `filer-${index + 1}`);
    return new SeaweedFsFilers(
      (fleet) => names.map((name) => `${fleet}-${name}:${FILER_PORT}`),
      problems,
      (scope, context) => new DevelopmentFilers(scope, 'Filers', { ...props, ...context, names }),
    );
  }

  private constructor(
    private readonly addresses: (fleet: string) => readonly string[],
    /** Everything that is wrong with the declaration. */
    readonly problems: readonly string[],
    private readonly bind: (scope: Construct, context: FilerContext) => BoundFilers,
    /** Network of filers that somebody else runs. */
    readonly network?: string,
  ) {}

  /** @internal */
  _addresses(fleet: string): readonly string[] {
    return this.addresses(fleet);
  }

  /** @internal */
  _bind(scope: Construct, context: FilerContext): BoundFilers {
    return this.bind(scope, context);
  }
}

class DevelopmentFilers extends Construct implements BoundFilers {
  readonly dependsOn: readonly ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DevelopmentFilersProps & FilerContext & { readonly names: readonly string[] },
  ) {
    super(scope, id);
    const { name, names, etcd } = props;
    const master = this.#server('master', MASTER_PORT, '/cluster/healthz', [
      'master',
      // On by default (reference: services, weed s3 flags).
      '-telemetry=false',
    ]);
    const volumes = this.#server(
      'volume',
      VOLUME_PORT,
      '/healthz',
      ['volume', `-master=${name}-master:${MASTER_PORT}`],
      master,
    );
    const environment =
      etcd === undefined ? [] : ['WEED_LEVELDB2_ENABLED=false', 'WEED_ETCD_ENABLED=true', `WEED_ETCD_SERVERS=${etcd}`];
    this.dependsOn = names.map((filer) =>
      this.#server(
        filer,
        FILER_PORT,
        '/healthz',
        ['filer', `-master=${name}-master:${MASTER_PORT}`],
        volumes,
        environment,
      ),
    );
  }

  #server(
    role: string,
    port: number,
    health: string,
    command: readonly string[],
    after?: ITerraformDependable,
    env: readonly string[] = [],
  ): container.Container {
    const { name, image, networkName, removalPolicy = 'retain' } = this.props;
    const data = new volume.Volume(this, `${role}-data`, {
      name: `${name}-${role}-data`,
      lifecycle: { preventDestroy: removalPolicy === 'retain' },
    });
    return new container.Container(this, role, {
      name: `${name}-${role}`,
      image: image.imageId,
      command: [...command, `-ip=${name}-${role}`, '-ip.bind=0.0.0.0', `-port=${port}`],
      env: [...env],
      restart: 'unless-stopped',
      wait: true,
      waitTimeout: 120,
      healthcheck: {
        test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', `http://127.0.0.1:${port}${health}`],
        interval: '2s',
        timeout: '5s',
        retries: 30,
      },
      networksAdvanced: [{ name: networkName }],
      volumes: [{ volumeName: data.name, containerPath: '/data' }],
      ...(after && { dependsOn: [after] }),
    });
  }
}
