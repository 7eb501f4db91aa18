// The figures of `make bench`. Prints one line per figure: `name value unit`, or `ratio name value`
// for a comparison. Saves all figures in a file. A name is `what/who`, so that two tools that do
// the same have the same `what`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Returns a quantile of values. */
export const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
export const median = (values) => quantile(values, 0.5);

export class Figures {
  /** Adds figures to a file, which does not need to exist. */
  constructor(file) {
    this.file = file;
    this.all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  }

  report(name, value, unit) {
    this.all.push({ name, value, unit });
    console.log(`${name} ${Number(value.toPrecision(3))} ${unit}`);
  }

  /** Reports Optakit's figure divided by that of the peer: below 1 is better. */
  ratio(what, peer) {
    const of = (who) => this.all.findLast(({ name }) => name === `${what}/${who}`).value;
    const name = `${what}/${peer}`;
    const ratio = of('optakit') / of(peer);
    this.all.push({ name, ratio });
    console.log(`ratio ${name} ${Number(ratio.toPrecision(3))}`);
  }

  /** Reports why a figure is missing. */
  without(name, why) {
    this.all.push({ name, why });
    console.log(`without ${name} ${why}`);
  }

  save() {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify(this.all, null, 2)}\n`);
  }
}
