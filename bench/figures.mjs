// What `make bench` finds: a line a figure, `name value unit`, or `ratio name ours/peer`; all of them in a file at the end. A name
// is `what/who`, so that a comparison is what both have in common.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The value below which such a share of them lies. */
export const at = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
export const median = (values) => at(values, 0.5);

export class Figures {
  /** Adds to what `file` has, if it is there. */
  constructor(file) {
    this.file = file;
    this.all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  }

  report(name, value, unit) {
    this.all.push({ name, value, unit });
    console.log(`${name} ${Number(value.toPrecision(3))} ${unit}`);
  }

  /** Ours to a peer's of the same figure, both reported before: below 1 is better. */
  ratio(what, peer) {
    const of = (who) => this.all.findLast(({ name }) => name === `${what}/${who}`).value;
    const name = `${what}/${peer}`;
    const ratio = of('optakit') / of(peer);
    this.all.push({ name, ratio });
    console.log(`ratio ${name} ${Number(ratio.toPrecision(3))}`);
  }

  /** What is not measured, and why: a peer that cannot do it, or is not here. */
  without(name, why) {
    this.all.push({ name, why });
    console.log(`without ${name} ${why}`);
  }

  save() {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify(this.all, null, 2)}\n`);
  }
}
