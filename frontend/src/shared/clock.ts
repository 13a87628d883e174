/** The server's clock, as far as its answers tell; a phone's own clock may be minutes off. */
export class ServerClock {
  /** By how much it is ahead of the phone's; below 0: behind. */
  ahead_s = 0;

  /** Learn from an answer that said what time it is (Unix seconds). */
  learn(serverNow_s: number, own_s: number = Date.now() / 1000): void {
    this.ahead_s = serverNow_s - own_s;
  }

  now_s(own_s: number = Date.now() / 1000): number {
    return own_s + this.ahead_s;
  }
}
