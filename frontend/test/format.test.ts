import { afterEach, describe, expect, it, vi } from 'vitest';

const PAST_MIDNIGHT_S = new Date(2026, 10, 28, 0, 5).getTime() / 1000;

async function format(language: string, ...languages: string[]) {
  vi.resetModules();
  vi.stubGlobal('document', { documentElement: { lang: language } });
  vi.stubGlobal('navigator', { language: languages[0], languages });
  return import('../src/shared/format');
}

afterEach(() => vi.unstubAllGlobals());

describe('times', () => {
  it('are written as in the country of the reader, also just after midnight', async () => {
    const written = async (language: string, ...languages: string[]) => {
      const { localTime, momentOf } = await format(language, ...languages);
      return [localTime(PAST_MIDNIGHT_S, PAST_MIDNIGHT_S), momentOf(PAST_MIDNIGHT_S)].map((words) => words.replace(/\s/g, ' '));
    };
    expect(await written('en', 'en-US', 'en')).toEqual(['12:05 AM', 'Sat, Nov 28, 12:05 AM']);
    expect(await written('en', 'en-GB')).toEqual(['00:05', 'Sat 28 Nov, 00:05']);
    expect(await written('en', 'pt-BR', 'pt', 'en-US', 'en')).toEqual(await written('en', 'en-GB'));
    expect((await written('de', 'de-AT'))[0]).toBe('00:05');
  });
});
