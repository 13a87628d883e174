/** Colours of the map's ground and of areas; markers keep their own colours in both. */
export interface Palette {
  sea: string;
  land: string;
  border: string;
  road: string;
  roadMain: string;
  roadEdge: string;
  text: string;
  halo: string;
  accent: string;
  /** Areas by expected hazards, five steps; each has at least 3:1 against the land, as it is drawn. */
  ramp: [string, string, string, string, string];
  /** Where somebody has looked: in the last 6 hours, day, week, month. The first is also the edge of all. */
  looked: [string, string, string, string];
  /** The number in an area, and what sets it off. */
  count: string;
  countEdge: string;
  path: string;
  zone: string;
  zoneEdge: string;
}

export const LIGHT: Palette = {
  sea: '#d6e1ea',
  land: '#efede7',
  border: '#a9a8a0',
  road: '#ffffff',
  roadMain: '#ffe7a3',
  roadEdge: '#b9b4a6',
  text: '#3d434a',
  halo: '#f7f6f3',
  accent: '#0b57d0',
  ramp: ['#7d63b9', '#6c4cac', '#583499', '#421d7e', '#270454'],
  looked: ['#0a7f86', '#3d9ba0', '#7fb9ba', '#b4d2d0'],
  count: '#ffffff',
  countEdge: '#2b1250',
  path: '#cfcabc',
  zone: '#d26600',
  zoneEdge: '#ffffff',
};

export const DARK: Palette = {
  sea: '#0e141b',
  land: '#1a222b',
  border: '#53606d',
  road: '#394552',
  roadMain: '#5f573d',
  roadEdge: '#10161d',
  text: '#c3ccd5',
  halo: '#141b23',
  accent: '#8ab4f8',
  ramp: ['#866fbe', '#9e88d3', '#b7a5e4', '#d3c5f3', '#f1eafd'],
  looked: ['#2ec4c9', '#1f8f96', '#1c646b', '#1d464d'],
  count: '#120726',
  countEdge: '#efe8fb',
  path: '#313c47',
  zone: '#ff9a3d',
  zoneEdge: '#241300',
};
