// Runs in the head, before anything is drawn: a page must not flash white at night.
(() => {
  const root = document.documentElement;
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const chosen = root.dataset.themeChoice;
    root.dataset.bsTheme = chosen === "auto" || !chosen ? (night.matches ? "dark" : "light") : chosen;
  };
  root.classList.add("has-scripts");
  show();
  night.addEventListener("change", show);
  root.addEventListener("yaodian:theme", show);
})();
