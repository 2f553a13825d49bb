// The work place of a scenario: what was done, or why not, takes the focus after each swap, so that it is seen and read out.
// The words come from the templates; the page works by plain forms and links without this file.

document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.elt;
  const opened = document.querySelector("#change-form [data-opened]");
  const said = document.querySelector("#scenario [data-said]");
  const target = place.id === "change-form" ? opened : (said ?? opened);
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
  if (place.id === "change-form") mark(opened.closest("form").elements.namedItem("kind").value);
});

/** Marks the link of the kind whose form is open. */
function mark(kind) {
  for (const link of document.querySelectorAll(".kind-list a")) {
    const isOpen = link.dataset.kind === kind;
    link.classList.toggle("is-chosen", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const root = document.getElementById("scenario");
    const notice = document.createElement("div");
    notice.className = "notice notice-wrong";
    notice.setAttribute("role", "alert");
    notice.tabIndex = -1;
    const words = document.createElement("p");
    words.textContent = root.dataset.wordFailed;
    notice.append(words);
    root.querySelector(".scenario-work > .notice-wrong[role=alert]")?.remove();
    root.querySelector(".scenario-work").prepend(notice);
    notice.focus();
  });
}
