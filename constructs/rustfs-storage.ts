import { hostPathProblem } from './host-path.js';

const MAX_DRIVES = 16;

/** The same path twice, or one below another. */
function overlaps(paths: readonly string[]): string[] {
  return paths.flatMap((path, index) =>
    paths.slice(0, index).flatMap((other) => {
      if (path === other) return [`${path} is there twice`];
      const [outer, inner] = path.length < other.length ? [path, other] : [other, path];
      return inner.startsWith(`${outer}/`) ? [`${inner} is inside ${outer}, so both would be on one drive`] : [];
    }),
  );
}

/**
 * Where a RustFS container keeps its data. Number and order of the drives are fixed by the first start: RustFS writes them to
 * each drive (`format.json`) and refuses others.
 */
export class RustFsStorage {
  /** One drive without redundancy, in a Docker volume that is kept when the stack is destroyed. */
  static single(): RustFsStorage {
    return new RustFsStorage({ volumes: '/data', drives: 1 });
  }

  /**
   * Erasure coding over `drives` directories of one Docker volume. That is what a single host can offer without disks of its
   * own for RustFS: it takes the same code paths as real drives but does not survive the loss of the disk, so RustFS' check for
   * distinct disks is switched off (RUSTFS_UNSAFE_BYPASS_DISK_CHECK).
   *
   * @throws Error unless there are 2 to 16 drives (source: RustFS disks_layout.rs)
   */
  static erasure({ drives }: { readonly drives: number }): RustFsStorage {
    if (!Number.isInteger(drives) || drives < 2 || drives > MAX_DRIVES) {
      throw new Error(`erasure coding needs 2 to 16 drives, got ${drives}; use RustFsStorage.single() for one`);
    }
    return new RustFsStorage({
      volumes: `/data/drive{0...${drives - 1}}`,
      drives,
      environment: { RUSTFS_UNSAFE_BYPASS_DISK_CHECK: 'true' },
      notes: [
        `RustFsStorage.erasure: ${drives} directories of one volume, so RUSTFS_UNSAFE_BYPASS_DISK_CHECK is set; the loss of that disk loses everything. Disks of their own come with RustFsStorage.paths()`,
      ],
    });
  }

  /**
   * Directories of the Docker host, one for each disk, as bind mounts: erasure coded from two on. They have to exist; Docker does
   * not create them, so a disk that is not mounted stops the deployment instead of filling the system disk. Before each start of a new
   * container they are given to uid 10001, not what is in them. RustFS refuses two on one disk, and (unless
   * `settings.storage.unsupportedFilesystem` says `warn`) network file systems. Terraform never deletes what is in them.
   *
   * @throws Error unless there are 1 to 16 absolute, distinct paths, none inside another, none of the system's own
   */
  static paths(paths: readonly string[]): RustFsStorage {
    const problems = [
      ...(paths.length >= 1 && paths.length <= MAX_DRIVES ? [] : [`there are ${paths.length}: expected 1 to 16`]),
      ...paths.flatMap((path) => hostPathProblem(path) ?? []),
      ...overlaps(paths),
    ];
    if (problems.length > 0)
      throw new Error(`invalid RustFsStorage.paths:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`);
    return new RustFsStorage({
      // One range: the entrypoint of 1.0.0-beta.7 expands two of them to the wrong paths (source: entrypoint.sh).
      volumes: paths.length === 1 ? '/drives/drive0' : `/drives/drive{0...${paths.length - 1}}`,
      drives: paths.length,
      hostPaths: paths,
      environment: { RUSTFS_UNSUPPORTED_FS_POLICY: 'fail' },
      notes: [
        `RustFsStorage.paths: what only the Docker host knows was not checked: that ${paths.join(', ')} exist${paths.length > 1 ? ', each on a disk of its own' : ''}`,
      ],
    });
  }

  /** Value of RUSTFS_VOLUMES. */
  readonly volumes: string;
  /** How many drives RustFS sees. */
  readonly drives: number;
  /** Directories of the host, in the order of the drives. Absent: a Docker volume at /data. */
  readonly hostPaths: readonly string[] | undefined;
  /** Defaults of this kind of storage; settings win. */
  readonly environment: Readonly<Record<string, string>>;
  /** What synthesis says about it. */
  readonly notes: readonly string[];

  private constructor(props: {
    readonly volumes: string;
    readonly drives: number;
    readonly hostPaths?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly notes?: readonly string[];
  }) {
    this.volumes = props.volumes;
    this.drives = props.drives;
    this.hostPaths = props.hostPaths;
    this.environment = props.environment ?? {};
    this.notes = props.notes ?? [];
  }
}
