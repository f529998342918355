/** Why a body is not what was announced. */
export type PayloadProblem = 'sha256' | 'incomplete' | 'signature' | 'format' | 'too-large';

const WORDS: Readonly<Record<PayloadProblem, string>> = {
  sha256: 'UploadStreamError: Sha256Mismatch',
  incomplete: 'AwsChunkedStreamError: Incomplete',
  signature: 'AwsChunkedStreamError: SignatureMismatch',
  format: 'AwsChunkedStreamError: FormatError',
  'too-large': 'AwsChunkedStreamError: ChunkDataTooLarge',
};

/** Ends a payload stream whose content turned out to be wrong. Its message has RustFS' words. */
export class PayloadError extends Error {
  readonly problem: PayloadProblem;

  constructor(problem: PayloadProblem) {
    super(WORDS[problem]);
    this.name = 'PayloadError';
    this.problem = problem;
  }
}
