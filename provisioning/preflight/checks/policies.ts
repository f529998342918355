import { asList, type PolicyStatement, parsePolicy, type RuleId, type RustFsVersion } from '../../../policies/index.js';
import { actionsIn, allowedActions, documentsOf, type Placed, versionedBuckets } from '../documents.js';
import type { Check, Found, PreflightEstate, Rewrite } from '../model.js';
import { withActionBeside, withoutUnknownActions } from '../rewrite.js';

const IN_STACK = 'it is declared: change it in the stack and apply, then run preflight again';

/** What only `to` refuses; where both do, the server has taken it all the same. */
function newProblems({ document, kind }: Placed, { from, to }: PreflightEstate) {
  const problemsOf = (version: RustFsVersion) => {
    const result = parsePolicy(document, { kind: kind === 'bucket' ? 'bucket' : 'iam', version });
    return result.ok ? [] : result.problems;
  };
  const before = new Set(problemsOf(from).map(({ path }) => path));
  return problemsOf(to).filter(({ path }) => kind === 'bucket' || !before.has(path));
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Attaches what the tool can write instead: only to a policy of the server that nobody declared. */
function fixed(placed: Placed, after: Rewrite['after'] | undefined): Pick<Found, 'rewrite' | 'fix'> {
  if (placed.declared) return { fix: IN_STACK };
  if (placed.kind !== 'iam' || after === undefined) return {};
  return { rewrite: { policy: placed.name, before: placed.document, after } };
}

function unreadable(part: RegExp): Check {
  return (estate) => ({
    found: documentsOf(estate)
      .filter(({ kind }) => kind === 'iam')
      .flatMap((placed) => {
        const problems = newProblems(placed, estate).filter(({ path }) => part.test(path));
        if (problems.length === 0) return [];
        const names = [...new Set(problems.map(({ value }) => shown(value)))].join(', ');
        const rewritten = withoutUnknownActions(placed.document, estate.from, estate.to);
        const after =
          rewritten && newProblems({ ...placed, document: rewritten }, estate).length === 0 ? rewritten : undefined;
        return [{ object: placed.object, found: `names ${names}`, ...fixed(placed, after) }];
      }),
  });
}

function notLoaded(kind: 'embedded' | 'bucket'): Check {
  return (estate) => ({
    found: documentsOf(estate)
      .filter((placed) => placed.kind === kind)
      .flatMap((placed) => {
        const [problem] = newProblems(placed, estate).filter(({ path }) => !/^\$\.(?:Version|Id)$/.test(path));
        return problem ? [{ object: placed.object, found: problem.message }] : [];
      }),
  });
}

const conditionsIn = (statement: PolicyStatement) => Object.keys(statement.Condition ?? {});

function conditions(part: RegExp): Check {
  return (estate) => ({
    found: documentsOf(estate).flatMap(({ object, document }) => {
      const names = [...new Set(document.Statement.flatMap(conditionsIn))].filter((name) => part.test(name));
      return names.length > 0 ? [{ object, found: `has ${names.join(', ')}` }] : [];
    }),
  });
}

/** Statements that allow one action on versioned buckets, where the document does not allow its companion. */
function withoutCompanion(action: string, companion: string): Check {
  return (estate) => ({
    found: documentsOf(estate)
      .filter(({ kind }) => kind !== 'bucket')
      .flatMap((placed) => {
        if (allowedActions(placed.document).has(companion) || allowedActions(placed.document).has('s3:*')) return [];
        const buckets = placed.document.Statement.filter(
          (statement) => statement.Effect === 'Allow' && actionsIn(statement).includes(action),
        ).flatMap((statement) => versionedBuckets(estate, statement));
        if (buckets.length === 0) return [];
        const after = estate.to === '1.0.1' ? withActionBeside(placed.document, action, companion) : undefined;
        const found = `allows ${action} without ${companion} on versioned ${[...new Set(buckets)].join(', ')}`;
        // Of what is declared nothing is lost: the version before gave more than that.
        const severity = placed.declared && estate.to === '1.0.1' ? { severity: 'note' as const } : {};
        return [{ object: placed.object, found, ...severity, ...fixed(placed, after) }];
      }),
  });
}

const lacksDelete: Check = (estate) => ({
  found: documentsOf(estate).flatMap(({ object, document }) => {
    const allowed = allowedActions(document);
    return allowed.has('s3:DeleteObjectVersion') && !allowed.has('s3:DeleteObject')
      ? [{ object, found: 'allows s3:DeleteObjectVersion without s3:DeleteObject' }]
      : [];
  }),
});

const forceDelete: Check = (estate) => ({
  found: documentsOf(estate).flatMap(({ object, document }) => {
    const allowed = allowedActions(document);
    return (allowed.has('s3:*') || allowed.has('*')) && !allowed.has('s3:ForceDeleteBucket')
      ? [{ object, found: 'allows s3:*, which covers force delete on beta.7 alone' }]
      : [];
  }),
});

const LISTING = new Set(['s3:ListBucket', 's3:GetBucketLocation', 's3:*', '*']);

const bucketPolicyListing: Check = (estate) => ({
  found: documentsOf(estate)
    .filter(({ kind }) => kind === 'bucket')
    .flatMap(({ object, document }) => {
      const listing = [...allowedActions(document)].filter((action) => LISTING.has(action));
      return listing.length > 0 ? [{ object, found: `allows ${listing.join(', ')}` }] : [];
    }),
});

/** Documents that allow an action by name; who has the whole family keeps it. */
export function naming(action: string): Check {
  return (estate) => ({
    found: documentsOf(estate)
      .filter(({ document }) =>
        document.Statement.some((one) => one.Effect === 'Allow' && asList(one.Action).includes(action)),
      )
      .map(({ object }) => ({ object, found: `allows ${action}` })),
  });
}

export const POLICY_CHECKS = {
  'policy-actions': unreadable(/\.(?:Not)?Action/),
  'policy-condition-keys': unreadable(/\.Condition/),
  'policy-resources': unreadable(/\.(?:Not)?Resource/),
  'embedded-policies': notLoaded('embedded'),
  'bucket-policies': notLoaded('bucket'),
  'date-conditions': conditions(/^(?:For\w+:)?Date(?:Less|Greater)/),
  'set-conditions': conditions(/^ForAllValues:|^ForAnyValue:.*Not/),
  'force-delete': forceDelete,
  'list-versions': withoutCompanion('s3:ListBucket', 's3:ListBucketVersions'),
  'versioned-reads': withoutCompanion('s3:GetObject', 's3:GetObjectVersion'),
  'version-deletes': lacksDelete,
  'bucket-policy-listing': bucketPolicyListing,
} as const satisfies Partial<Record<RuleId, Check>>;
