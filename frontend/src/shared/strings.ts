import { translated } from './translated';

/** Every word that scripts put on a page, in one place for translation. */
const english = {
  live: 'live',
  paused: 'paused',
  offline: 'offline',
  updated: (time: string) => `· updated ${time}`,
  lastUpdate: (time: string) => `· last update ${time}`,
  inView: (count: number, more: boolean) =>
    count === 1 ? '1 hazard in view' : `${count}${more ? '+' : ''} hazards in view`,
  nothingInView: 'Nothing has been seen here lately. Nobody may have driven here.',
  hiddenByFilter: (count: number) =>
    count === 1 ? '1 hazard here is hidden by the filters.' : `${count} hazards here are hidden by the filters.`,
  showAll: 'Show all',
  showList: 'Show the list',
  hideList: 'Hide the list',
  noWebGl: 'This browser cannot draw the map (it has no WebGL). The list shows every live hazard.',
  noMap: 'The map could not be loaded. The list still works; reload the page to try again.',
  close: 'Close',
  previousImage: 'Previous picture',
  nextImage: 'Next picture',
  imageOf: (index: number, count: number) => `${index} of ${count}`,
  imageAlt: (label: string) => `The road with the ${label}, marked by a box`,
  blurred: 'Faces and number plates are blurred before a picture is stored.',
  noImage: 'No picture is kept of this hazard.',
  detectedBy: (label: string, percent: string, model: string) => `${label}, ${percent} by ${model}`,
  simulated: 'simulated',
  unconfirmed: 'unconfirmed',
  severalDrivers: 'confirmed by several drivers',
  moderatorChecked: 'checked by a moderator',
  thereNow: (words: string, percent: string) => `${words} to be there now: ${percent}`,
  gone: 'No longer on the map',
  lastSeen: 'Last seen',
  firstSeen: 'First seen',
  drivers: 'Independent drivers',
  passes: 'Passes that saw it',
  position: 'Position',
  within: (radius: string) => `within ${radius} (95 %)`,
  halves: 'Fades by half in',
  permalink: 'Page of this hazard',
  loading: 'Loading …',
  detailsFailed: 'The details could not be loaded.',
  notFound: 'This hazard is no longer known.',
} as const;

type Widened<T> = {
  [K in keyof T]: T[K] extends string ? string : T[K] extends (...given: infer G) => string ? (...given: G) => string : T[K];
};
/** The words of another language; frontend/test/strings.test.ts says which are missing. */
export type Words = Partial<Widened<typeof english>> & Record<string, unknown>;

export const strings: Widened<typeof english> = {
  ...english,
  ...(await translated<Words>({}, {
    de: () => import('./strings.de'),
    es: () => import('./strings.es'),
    fi: () => import('./strings.fi'),
  })),
};
