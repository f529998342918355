import type { ManifestEventTarget } from '../manifest/index.js';

type Reference = ManifestEventTarget['secrets'][string];

/** Where a token, password or connection string of an event target is. Only the place is ever written down. */
export class EventSecret {
  /** A file with nothing but the secret, relative to the project directory. */
  static file(file: string): EventSecret {
    return new EventSecret({ type: 'file', file });
  }

  /**
   * An entry of the secret store: the secret is its secret key (its access key id is a label). For servers that run elsewhere; a
   * container reads files.
   */
  static store(entry: string): EventSecret {
    return new EventSecret({ type: 'store', entry });
  }

  private constructor(
    /** @internal */
    readonly _reference: Reference,
  ) {}
}
