import { byId } from '../shared/dom';
import type { Group } from './hazard';

/** The server's words, put into the page as JSON. */
export interface Vocabulary {
  kinds: Record<string, { label: string; group: Group }>;
  groups: Record<Group, string>;
  likelihoods: [bound: number, words: string][];
}

export function readVocabulary(): Vocabulary {
  return JSON.parse(byId('vocabulary').textContent ?? '') as Vocabulary;
}

/** The words of the first bound that `p` reaches; bounds fall and end at 0. */
export function likelihood(vocabulary: Pick<Vocabulary, 'likelihoods'>, p: number): string {
  return vocabulary.likelihoods.find(([bound]) => p >= bound)?.[1] ?? '';
}

export function kindsOf(vocabulary: Pick<Vocabulary, 'kinds'>, group: Group): string[] {
  return Object.keys(vocabulary.kinds).filter((kind) => vocabulary.kinds[kind]?.group === group);
}
