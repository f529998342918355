import {
  asList,
  isAcceptedAction,
  type PolicyDocument,
  type PolicyStatement,
  type RustFsVersion,
} from '../../policies/index.js';

/** Grants nothing on either version, for a document that would have no statement left: RustFS refuses empty ones. */
const NOTHING_LEFT: PolicyStatement = {
  Sid: 'NothingLeft',
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  NotResource: ['arn:aws:s3:::*'],
};

/** Operations on keys, by whatever version calls them. */
const isKmsAction = (action: string) => /^(?:kms:|admin:KMS)/.test(action);

/**
 * One statement without the actions that `to` does not know. Nobody gains anything: an Allow loses them, and a Deny of KMS
 * actions becomes a Deny of all of them.
 * @returns undefined where only a person can decide; nothing for a statement that is empty then
 */
function readable(
  statement: PolicyStatement,
  from: RustFsVersion,
  to: RustFsVersion,
): readonly PolicyStatement[] | undefined {
  const unknown = (action: string) => !isAcceptedAction(action, to);
  // Without its exception a NotAction would allow or deny more.
  if (asList(statement.NotAction).some(unknown)) return undefined;
  const actions = asList(statement.Action);
  if (!actions.some(unknown)) return [statement];
  const known = actions.filter((action) => !unknown(action));
  const kept = known.length > 0 ? [{ ...statement, Action: known }] : [];
  if (statement.Effect === 'Allow') return kept;
  if (!actions.filter(unknown).every(isKmsAction) || !isAcceptedAction('kms:*', from)) return undefined;
  const { Sid: _, Resource: __, NotResource: ___, ...rest } = statement;
  return [...kept, { ...rest, Action: ['kms:*'] }];
}

/** The document as both versions read it, without giving anybody more; undefined where only a person can decide. */
export function withoutUnknownActions(
  document: PolicyDocument,
  from: RustFsVersion,
  to: RustFsVersion,
): PolicyDocument | undefined {
  const statements = document.Statement.map((statement) => readable(statement, from, to));
  if (statements.includes(undefined)) return undefined;
  const left = statements.flatMap((some) => some ?? []);
  return { ...document, Statement: left.length > 0 ? left : [NOTHING_LEFT] };
}

/** The document with an action beside each Allow of another one, so that the new version gives what the old one gave. */
export function withActionBeside(document: PolicyDocument, beside: string, action: string): PolicyDocument {
  return {
    ...document,
    Statement: document.Statement.map((statement) => {
      const actions = asList(statement.Action);
      const applies = statement.Effect === 'Allow' && actions.includes(beside) && !actions.includes(action);
      return applies ? { ...statement, Action: [...actions, action] } : statement;
    }),
  };
}
