/** Of each other language, the module that has its words. */
type Catalogues<T> = Record<string, () => Promise<{ strings: T }>>;

/** The words of the page's language; English where there are none, or where they do not come. */
export async function translated<T>(english: T, others: Catalogues<T>): Promise<T> {
  const load = others[globalThis.document?.documentElement.lang ?? 'en'];
  if (load === undefined) return english;
  try {
    return (await load()).strings;
  } catch {
    return english;
  }
}
