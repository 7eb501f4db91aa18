/** When what has changed is on the screen; a page that nobody sees draws nothing. */
export const painted = () => new Promise((done) => (document.hidden ? done() : requestAnimationFrame(() => setTimeout(done))));
