import { container, image, network, volume } from '@cdktf/provider-docker';
import { Annotations, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { KEYSTONE_SCRIPT } from './keystone-script.js';
import { checkPinnedImage } from './pinned-image.js';
import { stackPaths } from './provisioning-step.js';

export interface OpenStackKeystoneProps {
  /**
   * Image with Python and the package keystone, such as one built from Debian's packages or a pinned tag of
   * quay.io/airshipit/keystone. There is no default: no public image is made to be just run, and the one that RustFS' own
   * documentation names (ghcr.io/openstack/keystone) does not exist.
   */
  readonly image: string;
  /** File with the password of the user `admin`, relative to the project directory. Terraform copies it by path. */
  readonly adminPasswordFile: string;
  /** Port on the host. @default 5000 */
  readonly port?: number;
  /** Address that the port is bound to. @default 127.0.0.1 */
  readonly bindAddress?: string;
  /** Python of the image. @default /usr/bin/python3 */
  readonly python?: string;
  /** User and group that Keystone runs as; the image must know the user. @default keystone:keystone */
  readonly user?: string;
  /** Docker network to join, with the alias `keystone`. @default a network of its own */
  readonly networkName?: string;
  /** What happens to users, projects and keys when the container is destroyed. @default retain */
  readonly removalPolicy?: 'retain' | 'destroy';
}

const PORT = 5000;
const HOME = '/var/lib/keystone-development';
const SCRIPT = '/etc/keystone-development/keystone.py';
const PASSWORD = '/etc/keystone-development/admin-password';
const WAIT_SECONDS = 120;

/**
 * A Keystone to develop and test against: one process, SQLite, plain HTTP. Its configuration and bootstrap are supplied, only the
 * image is yours. For a Keystone that already runs use {@link KeystoneBridge} alone.
 */
export class OpenStackKeystone extends Construct {
  /** Identity API as the host reaches it, with `/v3`. */
  readonly authUrl: string;
  /** Identity API as containers of the network reach it. */
  readonly internalAuthUrl = `http://keystone:${PORT}/v3`;
  readonly networkName: string;

  constructor(scope: Construct, id: string, props: OpenStackKeystoneProps) {
    super(scope, id);
    const {
      port = PORT,
      bindAddress = '127.0.0.1',
      python = '/usr/bin/python3',
      user = 'keystone:keystone',
      removalPolicy = 'retain',
    } = props;
    checkPinnedImage(props.image, 'registry.example/keystone:2025.1');
    this.authUrl = `http://${bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress}:${port}/v3`;
    Annotations.of(this).addInfo(
      'a Keystone for development: one process, SQLite, plain HTTP; in production name your own Keystone in KeystoneBridge',
    );
    const name = `${TerraformStack.of(this).node.id}-${id}`;
    const keystoneImage = new image.Image(this, 'Image', { name: props.image, keepLocally: true });
    this.networkName = props.networkName ?? new network.Network(this, 'Network', { name }).name;
    const data = new volume.Volume(this, 'Data', {
      name: `${name}-data`,
      lifecycle: { preventDestroy: removalPolicy === 'retain' },
    });
    const volumes = [{ volumeName: data.name, containerPath: HOME }];
    const prepared = new container.Container(this, 'PrepareVolume', {
      ...{ name: `${name}-prepare`, image: keystoneImage.imageId, user: '0:0', volumes },
      entrypoint: ['/bin/chown', user, HOME],
      ...{ mustRun: false, attach: true, restart: 'no' },
    });
    const probe = `import urllib.request; urllib.request.urlopen('http://127.0.0.1:${PORT}/v3')`;
    new container.Container(this, 'Server', {
      ...{ name, image: keystoneImage.imageId, user, volumes },
      ...{ restart: 'unless-stopped', wait: true, waitTimeout: WAIT_SECONDS },
      entrypoint: [python, SCRIPT],
      env: Object.entries({
        KEYSTONE_HOME: HOME,
        KEYSTONE_PORT: PORT,
        KEYSTONE_URL: this.internalAuthUrl,
        KEYSTONE_ADMIN_PASSWORD_FILE: PASSWORD,
      }).map(([key, value]) => `${key}=${value}`),
      healthcheck: {
        test: ['CMD', python, '-c', probe],
        interval: '2s',
        timeout: '5s',
        retries: 60,
        startPeriod: '2s',
      },
      ports: [{ internal: PORT, external: port, ip: bindAddress }],
      networksAdvanced: [{ name: this.networkName, aliases: ['keystone'] }],
      upload: [
        { file: SCRIPT, content: KEYSTONE_SCRIPT, permissions: '0444' },
        {
          file: PASSWORD,
          source: `\${path.module}/${stackPaths(this).toProject}/${props.adminPasswordFile}`,
          // The provider uploads as root; Keystone runs as another user and has to read it.
          permissions: '0444',
        },
      ],
      labels: [{ label: 'managed-by', value: 'cdktf-rustfs' }],
      dependsOn: [prepared],
    });
  }
}
