import { describe, expect, it } from 'vitest';
import * as de from '../src/shared/strings.de';
import * as es from '../src/shared/strings.es';
import * as fi from '../src/shared/strings.fi';
import { strings } from '../src/shared/strings';

describe.each([['de', de.strings], ['es', es.strings], ['fi', fi.strings]])('the words of %s', (_, words) => {
  it('are all there, and of the same form', () => {
    const missing = Object.entries(strings).filter(([name, english]) => typeof words[name] !== typeof english);
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('are none that no page uses', () => {
    expect(Object.keys(words).filter((name) => !(name in strings))).toEqual([]);
  });
});
