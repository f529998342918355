import { describe, expect, test } from 'vitest';
import { buildReport, parseReport, ReportError, serializeReport } from '../../report/index.js';
import { troubledInputs } from './fixture.js';

const failure = (text: string) => {
  try {
    parseReport(text, 'access.json');
  } catch (error) {
    expect(error).toBeInstanceOf(ReportError);
    return (error as Error).message;
  }
  return undefined;
};

describe('access.json', () => {
  const report = buildReport(troubledInputs());

  test('is read back as it was written', () => {
    expect(parseReport(serializeReport(report), 'access.json')).toEqual(JSON.parse(serializeReport(report)));
  });

  test('another version is refused', () => {
    expect(failure('{"version":2}')).toBe(
      'access.json is not a report of version 1 (its version: 2): expected an access.json that this release of cdktf-rustfs wrote',
    );
    expect(failure('null')).toContain('(its version: none)');
  });

  test('text that is not JSON is refused', () => {
    expect(failure('{"version":')).toMatch(/^access\.json is not JSON: .*; expected an access\.json$/);
  });

  test('what is wrong in it is named', () => {
    expect(failure(JSON.stringify({ ...report, stack: 7, extra: true }))).toBe(
      'access.json is damaged:\n  stack: Invalid input: expected string, received number\n  : Unrecognized key: "extra"',
    );
  });
});
