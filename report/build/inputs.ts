import type { Manifest } from '../../manifest/index.js';
import type { DeploymentProof } from '../../proofs/index.js';
import type { AccessProof, KeyAge, ProbeResult, Severity } from '../../provisioning/index.js';
import type { AccessReport } from '../model.js';

/** One answer, with what it contradicts. */
export type ProbedRequest = ProbeResult & { readonly contradicts?: Severity };

/** Something on the server that nobody declared. */
export interface UnmanagedObject {
  readonly kind: string;
  readonly name: string;
  readonly detail?: string;
  readonly severity?: string;
}

/** Everything that a report says comes from here. None of it holds a secret. */
export interface ReportInputs {
  /** Name and version of this program. */
  readonly tool: string;
  readonly createdAt: Date;
  readonly manifest: Manifest;
  /** The access proof: what the probes showed. */
  readonly access: AccessProof;
  /** Every single answer. */
  readonly results: readonly ProbedRequest[];
  /** The theorems about the manifest. @default - everything is shown as not proved */
  readonly proof?: DeploymentProof;
  /** @default - none */
  readonly unmanaged?: readonly UnmanagedObject[];
  /** @default - none */
  readonly keys?: readonly KeyAge[];
  /** The report of the run before. @default - nothing to compare with */
  readonly previous?: AccessReport;
  /** Why the report that is there cannot be read. */
  readonly previousProblem?: string;
}
