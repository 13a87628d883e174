/** What the page says about usage: times in seconds, then the units of each product. */
export interface Usage {
  by: 'day' | 'hour';
  names: string[];
  data: [number[], ...number[][]];
}

/** Null where there is nothing to draw: less than two points, or no product. */
export function readUsage(text: string): Usage | null {
  const usage = JSON.parse(text) as Usage;
  const [times, ...columns] = usage.data;
  return times.length > 1 && columns.length > 0 ? usage : null;
}

/** Each bar together with those below it: [[1, 2], [3, 4]] → [[1, 2], [4, 6]]. */
export function stacked(columns: number[][]): number[][] {
  const sums: number[][] = [];
  for (const column of columns) {
    const below = sums[sums.length - 1];
    sums.push(column.map((units, index) => units + (below?.[index] ?? 0)));
  }
  return sums;
}
