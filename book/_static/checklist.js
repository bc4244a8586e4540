// Remembers which boxes of a task list are ticked: in this browser alone, under the page's path and the box's name.
(function () {
  "use strict";
  const boxes = Array.from(document.querySelectorAll("input[data-task]"));
  if (boxes.length === 0) return;
  const key = "tinytorch-tasks:" + location.pathname.replace(/(index)?\.html$/, "");

  const status = document.createElement("p");
  status.className = "task-status";
  status.setAttribute("role", "status");
  boxes[boxes.length - 1].closest("ul").after(status);

  function remembered() {
    try {
      const found = JSON.parse(localStorage.getItem(key) || "[]");
      return Array.isArray(found) ? found : [];
    } catch (error) {
      return null; // storage is switched off, or holds something else
    }
  }

  function remember() {
    try {
      localStorage.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.dataset.task)));
      return true;
    } catch (error) {
      return false;
    }
  }

  function say(kept) {
    const done = boxes.filter((box) => box.checked).length;
    status.textContent = `${done} of ${boxes.length} done; ` +
      (kept ? "this browser remembers it, nothing is sent anywhere." : "this browser does not let pages remember it.");
  }

  const before = remembered();
  boxes.forEach((box) => {
    box.checked = before !== null && before.includes(box.dataset.task);
    box.addEventListener("change", () => say(remember()));
  });
  say(before !== null);
})();
