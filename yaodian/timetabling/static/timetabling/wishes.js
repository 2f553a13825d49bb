// A sentence with slots: long lists are narrowed while one types, and each slot says what is ticked. Without scripts all boxes are there.

const MOST_SHOWN = 6;

for (const pick of document.querySelectorAll("[data-pick]")) {
  const shown = pick.querySelector("[data-shown]");
  const boxes = [...pick.querySelectorAll("input[type=checkbox]")];
  const first = shown.textContent;
  const wasEmpty = !boxes.some((box) => box.checked);
  const join = pick.closest("[data-join]").dataset.join;
  const say = () => {
    const ticked = boxes.filter((box) => box.checked);
    const names = ticked.slice(0, MOST_SHOWN).map((box) => box.getAttribute("aria-label") || box.parentElement.textContent.trim());
    if (ticked.length > MOST_SHOWN) names.push(`+${ticked.length - MOST_SHOWN}`);
    shown.textContent = ticked.length ? names.join(join) : pick.dataset.all || (wasEmpty ? first : "…");
  };
  pick.addEventListener("change", say);

  const narrow = pick.querySelector("[data-narrow]");
  if (!narrow) continue;
  narrow.hidden = false;
  const labels = [...pick.querySelectorAll(".wish-boxes label")].map((label) => [label, label.textContent.trim().toLowerCase()]);
  narrow.addEventListener("input", () => {
    const wanted = narrow.value.trim().toLowerCase();
    for (const [label, words] of labels) label.hidden = !words.includes(wanted) && !label.querySelector("input").checked;
    for (const group of pick.querySelectorAll("fieldset")) group.hidden = !group.querySelector("label:not([hidden])");
  });
  narrow.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
