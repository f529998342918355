import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Code,
  type Printable,
  printComment,
  printExpression,
  variableNames,
} from '../../../provisioning/adopt/source.js';

/** What the printed expression evaluates to. */
const evaluated = (value: Printable): unknown => new Function(`return (${printExpression(value)});`)();

test('whatever is printed evaluates to itself', () => {
  const text = fc.string({ unit: 'binary' });
  const { value } = fc.letrec<{ value: Printable }>((tie) => ({
    value: fc.oneof(
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        text.filter((name) => name !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(value, (printable) => {
      expect(evaluated(printable)).toEqual(printable);
    }),
  );
});

test('short things stay on one line, long ones get a line for each item, undefined fields none', () => {
  const value = { server: new Code('server'), bucketName: 'a-b', tags: { 'x-y': "it's" }, quota: undefined };
  expect(printExpression(value)).toBe("{ server, bucketName: 'a-b', tags: { 'x-y': 'it\\'s' } }");
  expect(printExpression({ ...value, list: ['a'.repeat(100), 'b'] }, 1)).toBe(
    [
      '{',
      '    server,',
      "    bucketName: 'a-b',",
      "    tags: { 'x-y': 'it\\'s' },",
      '    list: [',
      `      '${'a'.repeat(100)}',`,
      "      'b',",
      '    ],',
      '  }',
    ].join('\n'),
  );
});

test('a comment stays one line, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(new Function(`${printComment(text)}\nreturn 1;`)()).toBe(1);
    }),
  );
  expect(printComment('a\nb "c" \u2028x\u2029y \\n')).toBe('// a\\nb "c" \\u2028x\\u2029y \\\\n');
});

test('variables are identifiers, and no two are the same', () => {
  const variableFor = variableNames(['Policy', 'fooUser']);
  expect([
    variableFor('web-svc', 'user'),
    variableFor('web.svc', 'user'),
    variableFor('foo', 'user'),
    variableFor('1st', 'user'),
    variableFor('…', 'access-key'),
  ]).toEqual(['webSvcUser', 'webSvcUser2', 'fooUser2', '_1stUser', 'accessKey']);
});
