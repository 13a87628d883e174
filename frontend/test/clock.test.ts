import { expect, it } from 'vitest';
import { ServerClock } from '../src/shared/clock';

it('shows the server’s time on a machine whose own clock is off', () => {
  const clock = new ServerClock();
  expect(clock.now_s(500)).toBe(500);
  clock.learn(1000, 400);
  expect(clock.now_s(430)).toBe(1030);
});
