// The keyboard of meeting mode. Every way and every decision is a link or a form that works without it.

const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const steps = [...document.querySelectorAll("details[data-key]")];

function open(step) {
  for (const other of steps) other.open = other === step;
  step.querySelector("input:not([type=hidden]), textarea, select, button")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey) return;
  const form = event.target.closest(".meeting-decisions form");
  if (form && event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.key === "Escape") {
    const step = event.target.closest("details[data-key][open]");
    if (!step) return;
    step.open = false;
    step.querySelector("summary").focus();
    return;
  }
  if (event.ctrlKey || typing(event.target)) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (rel) {
    const way = document.querySelector(`.meeting-ways a[rel=${rel}]`);
    if (way) {
      event.preventDefault();
      way.click();
    }
    return;
  }
  const step = steps.find((one) => one.dataset.key === event.key.toLowerCase());
  if (step) {
    event.preventDefault();
    open(step);
  }
});

// What was refused is shown opened, with the hand where the fault is.
document.querySelector("details[data-key][open] [aria-invalid=true]")?.focus();
