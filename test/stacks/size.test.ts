import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test.each(['stacks', 'environments'])('files of %s stay below 60 lines', (directory) => {
  const sizes = readdirSync(directory).map((file) => [
    file,
    readFileSync(`${directory}/${file}`, 'utf8').split('\n').length - 1,
  ]);
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.filter(([, lines]) => Number(lines) >= 60)).toEqual([]);
});
