// Behaviour of the design system. Every page works without it; words come from the templates.

const root = document.documentElement;

// Theme: the button's form sets a cookie on the server; with scripts it happens at once and without a reload.
for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${root.dataset.themeCookie}=${chosen}; path=/; max-age=31536000; samesite=lax${secure}`;
    root.dataset.themeChoice = chosen;
    root.dispatchEvent(new Event("yaodian:theme"));
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}

// Navigation on narrow screens.
const toggle = document.querySelector(".nav-toggle");
if (toggle) {
  const menu = document.getElementById(toggle.getAttribute("aria-controls"));
  const open = (isOpen) => {
    toggle.setAttribute("aria-expanded", String(isOpen));
    menu.classList.toggle("is-open", isOpen);
  };
  toggle.addEventListener("click", () => open(toggle.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && toggle.getAttribute("aria-expanded") === "true") {
      open(false);
      toggle.focus();
    }
  });
}

// Menus made of <details>: Escape and a click elsewhere close them.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <form data-confirm="…?" data-confirm-title="…" data-confirm-action="…">, or the same on its button, asks first.
const dialog = document.getElementById("confirm-dialog");
if (dialog) {
  const title = dialog.querySelector("#confirm-title");
  const words = dialog.querySelector("#confirm-words");
  const action = dialog.querySelector("button[value=confirm]");
  const confirmed = new WeakSet();
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const submitter = event.submitter;
      const source = submitter?.dataset.confirm ? submitter : form;
      if (!source.dataset?.confirm || confirmed.delete(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      title.textContent = source.dataset.confirmTitle || title.dataset.default;
      words.textContent = source.dataset.confirm;
      action.textContent = source.dataset.confirmAction || action.dataset.default;
      action.classList.toggle("btn-danger", source.dataset.confirmKind === "danger");
      action.classList.toggle("btn-primary", source.dataset.confirmKind !== "danger");
      dialog.returnValue = "";
      dialog.addEventListener(
        "close",
        () => {
          if (dialog.returnValue !== "confirm") return;
          confirmed.add(form);
          form.requestSubmit(submitter);
        },
        { once: true },
      );
      dialog.showModal();
    },
    true,
  );
}

// A form sent once is not sent twice by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-hx-post], [data-repeatable]")) return;
  if (form.dataset.isSent) {
    event.preventDefault();
    return;
  }
  form.dataset.isSent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-is-sent]")) delete form.dataset.isSent;
});

// Printing.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** Says a sentence to screen readers without moving the focus. */
export function announce(sentence) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = sentence;
}
