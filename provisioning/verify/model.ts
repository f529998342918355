import type { Credentials, WireRequest } from '../wire.js';

export type Outcome = 'allowed' | 'refused';

/** One request made with one credential, and the answer that the declared policies predict. */
export interface Probe {
  /** Such as `put object`. */
  readonly title: string;
  /** Access key name, `anonymous`, or `<name> with a wrong secret`. */
  readonly who: string;
  readonly bucket?: string;
  readonly request: WireRequest;
  readonly credentials: Credentials | 'anonymous';
  readonly predicted: Outcome;
  /** Error codes that mean that the request was authorized, although it did not succeed. Every probe is harmless that way. */
  readonly authorizedCodes: readonly string[];
  /** Judges a 2xx answer whose content matters. @default - 2xx is allowed */
  readonly judge?: (body: string) => Outcome;
}

export interface ProbeResult {
  readonly probe: Probe;
  /** `error`: neither allowed nor refused, so nothing was proved. */
  readonly observed: Outcome | 'error';
  /** Status and code, or what broke. */
  readonly answer: string;
}

export interface Finding {
  /**
   * `security`: allowed, although the policies refuse it. `access`: refused, although the policies allow it. `error`: the
   * probe got no usable answer.
   */
  readonly severity: 'security' | 'access' | 'error';
  readonly who: string;
  readonly probe: string;
  readonly bucket?: string;
  readonly predicted: Outcome;
  readonly observed: string;
  readonly message: string;
  /** The request as a curl command; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. */
  readonly command: string;
}

/** The access proof as `verify --json` prints it. */
export interface AccessProof {
  readonly components: number;
  readonly buckets: number;
  readonly accessKeys: number;
  readonly probes: {
    readonly total: number;
    /** Allowed, as predicted. */
    readonly allowed: number;
    /** Refused, as predicted. */
    readonly refused: number;
    readonly contradictions: number;
  };
  readonly findings: readonly Finding[];
  readonly notProbed: readonly { readonly what: string; readonly reason: string }[];
  /** Pairs of access key and bucket that were probed, and how many there are. */
  readonly pairs: { readonly probed: number; readonly total: number };
  readonly endpoint: string;
  /** True when the answers came from the emulator. */
  readonly emulated: boolean;
  readonly requests: number;
}
