/** Every word that the phone page's script shows. */
export const strings = {
  insecure: 'Camera and position work over HTTPS or on localhost only. Open this page by its https:// address.',
  unsupported: 'This browser gives pages no camera or no position, so it cannot record.',
  noStore: 'This browser keeps nothing between visits (private mode?), so frames could get lost. Use a normal window.',
  start: 'Start',
  stop: 'Stop',
  ready: 'Ready',
  starting: 'Starting …',
  waitingForPlace: 'Waiting for a position',
  recording: 'Recording',
  imprecise: 'Position too imprecise, no frames are taken',
  offline: 'No connection, frames wait on this phone',
  notPaired: 'This phone is not paired any more. Pair it again; frames that waited are still here.',
  denied: 'The camera or the position was not allowed. Allow both for this page in the browser’s settings.',
  noCamera: 'There is no camera, or another app is using it.',
  noPlace: 'There is no position yet. A clear view of the sky helps.',
  full: 'This phone has no room left for frames.',
  failed: (reason: string) => `Recording stopped: ${reason}`,
  refused: (reason: string) => `A frame was refused: ${reason}`,
  pairFailed: 'The server cannot be reached. Try again.',
  place: (accuracy: string, speed: string | null) =>
    speed === null ? `Position within ${accuracy}` : `Position within ${accuracy}, ${speed}`,
} as const;
