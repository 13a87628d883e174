export type Group = 'construction' | 'obstacle' | 'wildlife';

/** A hazard as the server tells of it; times are Unix seconds. */
export interface Hazard {
  id: string;
  kind: string;
  label: string;
  group: Group;
  live: boolean;
  lon: number;
  lat: number;
  radius_m: number;
  p: number;
  t: number;
  half_life: number;
  severity_words: string;
  state_words: string;
  first_seen: number;
  last_seen: number;
  /** When it leaves the map if nobody looks again. */
  expires_at: number;
  passes: number;
  witnesses: number;
  published: boolean;
  confirmed: boolean;
  simulated: boolean;
}

/** A picture that shows it; `box` is left, top, right, bottom in shares of the picture. */
export interface EvidenceImage {
  url: string;
  captured_at: number;
  label: string;
  score: number;
  box: [number, number, number, number];
  simulated: boolean;
  model_version: string;
}

/** What one pass that saw it said. at: the beginning of its hour. */
export interface Pass {
  at: number;
  frames: number;
  bits: number;
  p_after: number;
}

export interface Details {
  now: number;
  hazard: Hazard;
  /** Its name, where one is known. */
  road: string;
  images: EvidenceImage[];
  /** Oldest first. */
  passes: Pass[];
  /** How many of the latest passes looked and did not see it. */
  against: number;
}
