/** Where a RustFS container keeps its data. Always below `/data`, which the image gives to uid 10001. */
export class RustFsStorage {
  /** One drive without redundancy. */
  static single(): RustFsStorage {
    return new RustFsStorage('/data', {});
  }

  /**
   * Erasure coding over `drives` directories of one volume. That is what a single host can offer: it takes the same code
   * paths as real drives but does not survive the loss of the disk, so RustFS' check for distinct disks is switched off.
   *
   * @throws Error unless there are 2 to 16 drives (source: RustFS disks_layout.rs)
   */
  static erasure({ drives }: { readonly drives: number }): RustFsStorage {
    if (!Number.isInteger(drives) || drives < 2 || drives > 16) {
      throw new Error(`erasure coding needs 2 to 16 drives, got ${drives}; use RustFsStorage.single() for one`);
    }
    return new RustFsStorage(`/data/drive{0...${drives - 1}}`, { RUSTFS_UNSAFE_BYPASS_DISK_CHECK: 'true' });
  }

  private constructor(
    /** Value of RUSTFS_VOLUMES. */
    readonly volumes: string,
    readonly environment: Readonly<Record<string, string>>,
  ) {}
}
