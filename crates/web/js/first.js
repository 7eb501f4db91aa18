// Who comes for the first time, by no link, sees at once what the program begins with: it stands in the page (scripts/first.mjs).
// A script of its own, read before the page is: those of the program take longer.
function isFirst() {
  try {
    return location.hash === '' && location.search === '' && localStorage.getItem('optakit.kept') === null;
  } catch {
    // The browser keeps nothing, so that each visit is the first.
    return true;
  }
}
if (isFirst()) document.documentElement.dataset.first = '';
