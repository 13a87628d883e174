import { translated } from '../shared/translated';

const english = {
  insecure: 'Camera and position work over HTTPS or on localhost only. Open this page by its https:// address.',
  unsupported: 'This browser gives pages no camera or no position, so it cannot record.',
  noStore: 'This browser keeps nothing between visits (private mode?), so frames could get lost. Use a normal window.',
  start: 'Start',
  stop: 'Stop',
  ready: 'Ready',
  starting: 'Starting …',
  waitingForPlace: 'Waiting for a position',
  recording: 'Recording',
  notRecording: 'Not recording: stop and start again',
  unrecorded: 'Not recording',
  departing: (length: string) => `Recording begins ${length} from where you started`,
  recordingLost: 'Recording has stopped.',
  recordOn: 'Record: on',
  recordOff: 'Record: off',
  imprecise: 'Position too imprecise, no frames are taken',
  offline: 'No connection, frames wait on this phone',
  busy: 'The site takes no frames now, they wait on this phone',
  drivenElsewhere: 'Driving goes on in another tab of this browser; this one has stopped.',
  screenMayGo: 'This phone may switch its screen off by itself, and then it neither warns nor records. Set it to stay on while you drive.',
  notPaired: 'This phone is not paired any more, and records nothing.',
  notLicensed: 'The licence of uploads has changed. Sign in on this site and agree to it on your account page; until then frames wait on this phone.',
  cameraDenied: 'The camera was not allowed. Allow it for this page in the browser’s settings.',
  placeDenied: 'The position was not allowed. Allow it for this page in the browser’s settings.',
  noCamera: 'There is no camera, or another app is using it.',
  noPlace: 'There is no position yet. A clear view of the sky helps.',
  placeLost: 'No position any more: warnings go on when it is back.',
  full: 'This phone has no room left for frames.',
  framesWait: (count: number) =>
    count === 1 ? '1 frame still waits on this phone; unpairing deletes it.' : `${count} frames still wait on this phone; unpairing deletes them.`,
  framesLeft: (count: number) =>
    count === 1 ? '1 frame of an earlier pairing waits on this phone.' : `${count} frames of an earlier pairing wait on this phone.`,
  failed: (reason: string) => `Recording stopped: ${reason}`,
  refused: (reason: string) => `A frame was refused: ${reason}`,
  refusedTime: 'the clock of this phone is wrong, or the frame waited too long',
  refusedImage: 'the picture is too large or cannot be read',
  refusedPlace: 'the position cannot be right',
  pictureTime: 'it does not say when it was taken, or was taken more than 7 days ago',
  picturePlace: 'it does not say where it was taken (GPS)',
  refusedFormat: 'it is no JPEG, PNG or WebP',
  serverFailed: 'the site fails on it',
  picturesGoing: (number: number, count: number) => `Sending picture ${number} of ${count}`,
  picturesWait: (number: number, count: number) => `No connection, or the site takes none now: picture ${number} of ${count} waits`,
  picturesDone: (sent: number, refused: number, left: number) =>
    `${sent} sent${refused > 0 ? `, ${refused} refused` : ''}${left > 0 ? `, ${left} not sent` : ''}.`,
  pairRefused: 'This code is unknown, used or older than 5 minutes. Make a new one.',
  pairTooOften: 'Too many codes were tried. Wait five minutes.',
  pairFailed: 'The server cannot be reached. Try again.',
  warningsOn: 'Warnings are on.',
  warningsOff: 'Press Start to be warned of what lies ahead.',
  warningsEnded: 'Warnings have stopped.',
  waitingForHeading: 'Drive on: the direction is not known yet.',
  nothingAhead: (reach: string) => `Nothing known within ${reach} ahead`,
  hazardsOf: (time: string) => `Hazards as of ${time}`,
  oldHazards: (time: string) => `No connection: hazards as of ${time}`,
  noHazards: 'No connection, and no hazards of this area are on this phone.',
  unconfirmed: 'unconfirmed',
  soundOn: 'Voice: on',
  soundOff: 'Voice: off',
  ahead: (label: string, distance: string, count: number, sure: boolean) =>
    `${sure ? '' : 'Perhaps: '}${count > 1 ? `several: ${label}` : label}, in ${distance}`,
  place: (accuracy: string, speed: string | null) =>
    speed === null ? `Position within ${accuracy}` : `Position within ${accuracy}, ${speed}`,
};

export type Strings = typeof english;

/** Every word that the phone page's script shows, in the language of the page. */
export const strings: Strings = await translated(english, {
  de: () => import('./strings.de'),
  es: () => import('./strings.es'),
  fi: () => import('./strings.fi'),
});
