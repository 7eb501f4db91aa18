// Shows the content of crates/web/first.html to first-time visitors until the program runs. This is
// a separate script because it must run before the body is parsed.
function isFirstVisit() {
  try {
    const { hash, search } = location;
    if ('served' in document.documentElement.dataset) return false;
    return hash === '' && search === '' && localStorage.getItem('optakit.kept') === null;
  } catch {
    // The browser stores nothing, so every visit is the first.
    return true;
  }
}
if (isFirstVisit()) document.documentElement.dataset.first = '';

// The width of the text that the user chose. Applied here, because later it would move the panes.
try {
  const split = Number(localStorage.getItem('optakit.split'));
  if (split) document.documentElement.style.setProperty('--split', `${split}%`);
} catch {
  // The browser blocks its storage.
}
