import { EmulatorError } from '../../emulator/context.js';

/** A refusal in the STS namespace. */
export class StsError extends EmulatorError {
  /** @param namespace of the IAM API where that refuses */
  constructor(
    status: number,
    code: string,
    message: string,
    readonly namespace: string = STS_NAMESPACE,
  ) {
    super(status, code, message);
    this.name = 'StsError';
  }
}

export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';
export const IAM_NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
