// Gutters that keep the space of the fold marks and the marks of problems until these load.
import { GutterMarker, gutter } from '@codemirror/view';

/**
 * Creates the mark of a fold.
 *
 * @param {boolean} open
 */
export function foldMarker(open) {
  const marker = document.createElement('span');
  marker.textContent = open ? '⌄' : '›';
  marker.setAttribute('aria-hidden', 'true');
  return marker;
}

class Spacer extends GutterMarker {
  toDOM() {
    return foldMarker(false);
  }
}

export const emptyFoldGutter = gutter({
  class: 'cm-foldGutter',
  initialSpacer: () => new Spacer(),
});

export const emptyProblemGutter = gutter({ class: 'cm-gutter-lint' });
