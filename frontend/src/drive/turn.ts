const NAME = 'hazardmap-send';
/** A tab that holds its turn for longer than any upload may take has fallen asleep over it. */
const LONGEST_MS = 6 * 60_000;

/**
 * Do something while no other tab of this browser does: two would send the same frames, at the cost
 * of the driver's data. A browser that knows nothing of its tabs lets each go on.
 */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work();
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    return await navigator.locks.request(NAME, { signal: AbortSignal.timeout(LONGEST_MS) }, begin);
  } catch (error) {
    if (begun) throw error;
    return navigator.locks.request(NAME, { steal: true }, work);
  }
}
