// Paper is white: while a page is printed it has the light theme, and what is folded is unfolded.
(function () {
  "use strict";
  const root = document.documentElement;
  let before = null;

  function prepare() {
    if (before !== null) return;
    const folded = Array.from(document.querySelectorAll("article details:not([open])"));
    before = { theme: root.dataset.theme, folded };
    root.dataset.theme = "light";
    folded.forEach((part) => { part.open = true; });
  }

  function restore() {
    if (before === null) return;
    root.dataset.theme = before.theme;
    before.folded.forEach((part) => { part.open = false; });
    before = null;
  }

  const paper = matchMedia("print");
  paper.addEventListener("change", () => (paper.matches ? prepare() : restore()));
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  if (paper.matches) window.addEventListener("load", prepare);
})();
