// Dropping a file into the box is the same as choosing it; a file that is too large is refused before it is sent.

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const chosen = zone.querySelector("[data-chosen]");
  const problem = zone.querySelector(".field-error");
  const sentence = zone.querySelector("[data-error]");
  const limit = Number(zone.dataset.limit) * 1024 * 1024;
  let depth = 0;

  const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const show = () => {
    const file = input.files[0];
    chosen.hidden = !file;
    chosen.textContent = file ? `${file.name} · ${size(file.size)}` : "";
    const isTooLarge = Boolean(file && file.size > limit);
    problem.hidden = !isTooLarge;
    sentence.textContent = isTooLarge ? zone.dataset.tooLarge : "";
    zone.classList.toggle("has-error", isTooLarge);
    zone.classList.toggle("has-file", Boolean(file) && !isTooLarge);
    for (const button of zone.form.querySelectorAll("button")) button.disabled = isTooLarge;
  };

  zone.form = zone.closest("form");
  zone.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("dragleave", () => {
    depth -= 1;
    if (depth <= 0) zone.classList.remove("is-over");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    zone.classList.remove("is-over");
    if (event.dataTransfer.files.length) {
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      show();
    }
  });
  input.addEventListener("change", show);
}
