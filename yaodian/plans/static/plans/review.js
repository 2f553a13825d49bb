// The review page: document and rows find each other, every action has a key, and nothing reloads the page.
// The words come from the templates; the page works by plain forms and links without this file.

const root = document.getElementById("review");
const base = root.dataset.base;
const canCorrect = root.dataset.canCorrect === "yes";
const announcer = document.getElementById("announcer");
const refusal = document.getElementById("refusal");
const offer = document.getElementById("undo-offer");
const tools = document.getElementById("selection-tools");
const formDialog = document.getElementById("form-dialog");
const helpDialog = document.getElementById("help-dialog");
const actForm = document.getElementById("act");
const narrow = window.matchMedia("(max-width: 60rem)");

const undoSteps = [];
const filters = { kind: "", text: "" };
const hiddenKinds = new Set();
let currentRef = "";
let chosen = null;
let offerTimer = 0;
let focusRef = "";
let savedScroll = null;

const rowsPane = () => document.getElementById("rows");
const textPane = () => document.querySelector(".pane-document .pane-body");
const allRows = () => [...rowsPane().querySelectorAll(".row")];
const shownRows = () => allRows().filter((row) => !row.hidden);
const rowOf = (ref) => document.getElementById(`row-${ref}`);
const marksOf = (ref) => [...textPane().querySelectorAll(`mark[data-refs~="${CSS.escape(ref)}"]`)];
const say = (sentence) => {
  announcer.textContent = "";
  announcer.textContent = sentence;
};

// Finding each other ------------------------------------------------------------------------------------------------

function scrollInto(element, pane) {
  if (!element) return;
  if (narrow.matches) {
    element.scrollIntoView({ block: "center" });
    return;
  }
  const box = element.getBoundingClientRect();
  const frame = pane.getBoundingClientRect();
  if (box.top < frame.top + 24 || box.bottom > frame.bottom - 24) {
    pane.scrollTop += box.top - frame.top - pane.clientHeight / 3;
  }
}

function placeOf(ref) {
  const [kind, id] = ref.split("-");
  return marksOf(ref)[0] || document.getElementById(`mark-${ref}`) || (kind === "clause" ? document.getElementById(`text-${id}`) : null);
}

function select(ref, { from = "row", focus = true } = {}) {
  for (const old of document.querySelectorAll(".is-current")) old.classList.remove("is-current");
  for (const old of rowsPane().querySelectorAll("[aria-current=true].row")) old.removeAttribute("aria-current");
  currentRef = ref;
  const row = rowOf(ref);
  if (row) {
    row.classList.add("is-current");
    row.setAttribute("aria-current", "true");
    if (from !== "row" || !isInside(row, rowsPane())) scrollInto(row, rowsPane());
    if (focus && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
  }
  const place = placeOf(ref);
  for (const mark of marksOf(ref)) mark.classList.add("is-current");
  if (place && !marksOf(ref).length) place.classList.add("is-current");
  if (from !== "text" && !narrow.matches) scrollInto(place, textPane());
}

function isInside(element, pane) {
  const box = element.getBoundingClientRect();
  const frame = pane.getBoundingClientRect();
  return box.top >= frame.top && box.bottom <= frame.bottom;
}

function step(by) {
  const rows = shownRows().filter((row) => !row.classList.contains("is-rejected") || root.dataset.order === "rejected");
  if (!rows.length) return say(root.dataset.wordNone);
  const at = rows.findIndex((row) => row.dataset.ref === currentRef);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  if (next < 0 || next >= rows.length) return say(root.dataset.wordEnd);
  select(rows[next].dataset.ref, { from: "key" });
  return undefined;
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest(".document mark");
  if (mark && window.getSelection().isCollapsed) {
    const refs = mark.dataset.refs.split(" ");
    const at = refs.indexOf(currentRef);
    const ref = at >= 0 && refs.length > 1 ? refs[(at + refs.length - 1) % refs.length] : refs[refs.length - 1];
    if (narrow.matches) showPane("structure");
    clearFiltersFor(ref);
    select(ref, { from: "text", focus: !narrow.matches });
    if (narrow.matches) scrollInto(rowOf(ref), rowsPane());
    return;
  }
  const words = event.target.closest(".row-words");
  if (words) {
    event.preventDefault();
    const ref = words.closest(".row").dataset.ref;
    select(ref, { from: "row" });
    if (narrow.matches) {
      showPane("document");
      scrollInto(placeOf(ref), textPane());
    }
  }
});

// What is shown -----------------------------------------------------------------------------------------------------

function applyFilters() {
  const text = filters.text.trim().toLowerCase();
  let count = 0;
  for (const row of allRows()) {
    const isKind = !filters.kind || row.dataset.kind === filters.kind;
    row.hidden = !(isKind && (!text || row.textContent.toLowerCase().includes(text)));
    if (!row.hidden) count += 1;
  }
  for (const card of rowsPane().querySelectorAll(".clause-card")) card.hidden = !card.querySelector(".row:not([hidden])");
  rowsPane().classList.toggle("is-filtered", Boolean(filters.kind || text));
  rowsPane().querySelector(".no-rows").hidden = count > 0 || !(filters.kind || text);
}

function clearFiltersFor(ref) {
  const row = rowOf(ref);
  if (row && row.hidden) {
    filters.kind = "";
    filters.text = "";
    restoreControls();
    applyFilters();
  }
}

function restoreControls() {
  for (const chip of document.querySelectorAll("[data-filter]")) chip.setAttribute("aria-pressed", String(chip.dataset.filter === filters.kind));
  const search = document.getElementById("row-search");
  if (search && search.value !== filters.text) search.value = filters.text;
  for (const box of document.querySelectorAll("[data-toggle]")) box.checked = !hiddenKinds.has(box.dataset.toggle);
  for (const kind of hiddenKinds) textPane().classList.add(`hides-${kind}`);
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-filter]");
  if (!chip) return;
  filters.kind = filters.kind === chip.dataset.filter ? "" : chip.dataset.filter;
  restoreControls();
  applyFilters();
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "row-search") return;
  filters.text = event.target.value;
  applyFilters();
});
document.addEventListener("change", (event) => {
  const kind = event.target.dataset?.toggle;
  if (!kind) return;
  hiddenKinds[event.target.checked ? "delete" : "add"](kind);
  textPane().classList.toggle(`hides-${kind}`, !event.target.checked);
});

// Two panes on a wide screen, two tabs on a narrow one ---------------------------------------------------------------

function showPane(name) {
  root.dataset.pane = name;
  for (const tab of root.querySelectorAll(".review-tabs [role=tab]")) {
    const isShown = tab.dataset.pane === name;
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
}
root.querySelector(".review-tabs").hidden = false;
showPane("structure");
root.querySelector(".review-tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab) return;
  showPane(tab.dataset.pane);
  if (currentRef) scrollInto(tab.dataset.pane === "document" ? placeOf(currentRef) : rowOf(currentRef), tab.dataset.pane === "document" ? textPane() : rowsPane());
});
root.querySelector(".review-tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  showPane(root.dataset.pane === "document" ? "structure" : "document");
  root.querySelector(".review-tabs [aria-selected=true]").focus();
});

function showOrder(order) {
  root.dataset.order = order;
  const url = order === "text" ? base : `${base}?order=${order}`;
  window.history.replaceState(null, "", url);
  savedScroll = null;
  window.htmx.ajax("GET", url, { target: "#review-panes", swap: "outerHTML" });
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-order-link]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  showOrder(link.dataset.orderLink);
});

// Actions -------------------------------------------------------------------------------------------------------------

const token = () => actForm.querySelector("[name=csrfmiddlewaretoken]").value;
const freshKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function send(url, fields, target) {
  keepScroll();
  const values = { ...fields, client_key: freshKey(), csrfmiddlewaretoken: token() };
  // Without a row to replace, the answer still brings the words and counts that changed, or both panes.
  inFlight = window.htmx.ajax("POST", url, { target: target || "#refusal", swap: target ? "outerHTML" : "none", values }).finally(() => {
    inFlight = null;
  });
}
let inFlight = null;

function act(button) {
  const row = button.closest(".row");
  const fields = { [button.name]: button.value };
  if (button.dataset.version) fields.version = button.dataset.version;
  if (button.dataset.act === "confirm" || button.dataset.act === "reject") focusRef = nextRef(row);
  button.disabled = true;
  send(button.getAttribute("formaction"), fields, `#${CSS.escape(row.id)}`);
}

function nextRef(row) {
  const rows = shownRows();
  return rows[rows.indexOf(row) + 1]?.dataset.ref || row.dataset.ref;
}

function edit(row) {
  const link = row.querySelector("[data-act=edit]");
  if (link) window.htmx.ajax("GET", link.getAttribute("href"), { target: `#${CSS.escape(row.id)}`, swap: "outerHTML" });
}

document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-act]");
  if (!control || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (control.dataset.act === "edit") edit(control.closest(".row"));
  else act(control);
});

function undo() {
  // Somebody fast takes a step back before its answer is there: it is waited for.
  if (inFlight) return inFlight.then(undo);
  const last = undoSteps.pop();
  if (!last) return say(root.dataset.wordNothing);
  offer.hidden = true;
  undoing = true;
  focusRef = last.ref;
  const row = last.ref && rowOf(last.ref);
  send(last.url, last.fields, row ? `#${CSS.escape(row.id)}` : "");
  return undefined;
}
let undoing = false;

document.addEventListener("plans:done", (event) => {
  const { message, ref, undo: taken } = event.detail;
  closeDialog(formDialog);
  chosen = null;
  tools.hidden = true;
  if (undoing) {
    undoing = false;
    say(`${root.dataset.wordUndone} ${message}`);
  } else {
    say(message);
    if (taken) undoSteps.push({ ...taken, ref });
    offer.querySelector("[data-said]").textContent = message;
    offer.querySelector("[data-undo]").hidden = !taken;
    offer.hidden = false;
    window.clearTimeout(offerTimer);
    offerTimer = window.setTimeout(() => {
      offer.hidden = true;
    }, 8000);
  }
  const next = focusRef || ref;
  focusRef = "";
  if (next && (rowOf(next) || placeOf(next))) select(next, { from: "key" });
});
offer.querySelector("[data-undo]").addEventListener("click", undo);

// Pieces that arrive --------------------------------------------------------------------------------------------------

function keepScroll() {
  savedScroll = { rows: rowsPane().scrollTop, text: textPane().scrollTop, page: window.scrollY };
}
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Review-Order"] = root.dataset.order;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post") keepScroll();
});
document.addEventListener("htmx:afterSwap", (event) => {
  restoreControls();
  applyFilters();
  if (savedScroll && event.detail.target?.id === "review-panes") {
    rowsPane().scrollTop = savedScroll.rows;
    textPane().scrollTop = savedScroll.text;
    window.scrollTo(0, savedScroll.page);
    savedScroll = null;
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const form = rowsPane().querySelector("[data-edit-form]:not([data-seen])");
  if (form) {
    form.dataset.seen = "yes";
    const row = form.closest(".row");
    select(row.dataset.ref, { from: "key", focus: false });
    row.scrollIntoView({ block: "nearest" });
    const wrong = form.querySelector(".is-invalid");
    if (wrong) wrong.focus();
    // Whoever is quicker than the page and already stands in a field stays in it.
    else if (!form.contains(document.activeElement)) form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  } else if (event.detail.target?.id?.startsWith("row-") && currentRef && document.activeElement === document.body) {
    select(currentRef, { from: "row" });
  }
  if (event.detail.target?.id === "form-place" && formDialog.open) {
    (formDialog.querySelector(".is-invalid") || formDialog.querySelector(".edit-grid input:not([type=hidden]), .edit-grid textarea, textarea, button"))?.focus();
  }
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    for (const button of rowsPane().querySelectorAll("[data-act]:disabled")) button.disabled = false;
    undoing = false;
    const copy = document.createElement("div");
    copy.className = "notice notice-wrong floating-notice";
    copy.setAttribute("role", "alert");
    copy.textContent = root.dataset.wordFailed;
    refusal.replaceChildren(copy);
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) refusal.replaceChildren();
  else {
    undoing = false;
    focusRef = "";
    for (const button of rowsPane().querySelectorAll("[data-act]:disabled")) button.disabled = false;
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest(".notice").remove();
});

// Dialogs ---------------------------------------------------------------------------------------------------------------

function closeDialog(dialog) {
  if (dialog.open) dialog.close();
}
function openForm(url) {
  document.getElementById("form-place").replaceChildren();
  window.htmx.ajax("GET", url, { target: "#form-place", swap: "innerHTML" }).then(() => {
    if (!formDialog.open && document.getElementById("form-place").childElementCount) formDialog.showModal();
  });
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openForm(link.hasAttribute("data-add-link") && chosen ? addUrl("target") : link.getAttribute("href"));
  }
  if (event.target.closest("[data-close-dialog]")) {
    event.preventDefault();
    closeDialog(formDialog);
  }
  if (event.target.closest("[data-open-help]")) helpDialog.showModal();
});
document.querySelector("[data-open-help]").hidden = false;

// Words chosen in the document ------------------------------------------------------------------------------------------

/** Where a point of the document stands, in characters of the plan's text; a character beyond U+FFFF counts once. */
function offsetOf(node, at) {
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const line = element.closest(".line");
  if (!line) return null;
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, at);
  return Number(line.dataset.start) + [...range.toString()].length;
}

function readSelection() {
  const selection = window.getSelection();
  if (!canCorrect || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!textPane().contains(range.commonAncestorContainer)) return null;
  const start = offsetOf(range.startContainer, range.startOffset);
  let end = offsetOf(range.endContainer, range.endOffset);
  if (end === null) {
    const last = [...textPane().querySelectorAll(".line")].filter((line) => range.intersectsNode(line)).pop();
    end = last ? Number(last.dataset.start) + [...last.textContent].length : null;
  }
  if (start === null || end === null || end <= start || !selection.toString().trim()) return null;
  return { start, end, box: range.getBoundingClientRect() };
}

function showTools() {
  const found = readSelection();
  if (!found) {
    if (!tools.contains(document.activeElement)) tools.hidden = true;
    return;
  }
  chosen = found;
  tools.hidden = false;
  tools.querySelector("[data-reword]").hidden = !rowsPane().querySelector("[data-edit-form] [name=start]");
  const width = tools.offsetWidth;
  const left = Math.min(Math.max(8, found.box.left), window.innerWidth - width - 8);
  const above = found.box.top - tools.offsetHeight - 8;
  tools.style.setProperty("left", `${Math.max(8, left)}px`);
  tools.style.setProperty("top", `${above > 8 ? above : Math.min(found.box.bottom + 8, window.innerHeight - tools.offsetHeight - 8)}px`);
}
let selectionTimer = 0;
document.addEventListener("selectionchange", () => {
  window.clearTimeout(selectionTimer);
  selectionTimer = window.setTimeout(showTools, 150);
});
document.addEventListener("scroll", () => {
  if (!tools.hidden) showTools();
}, true);

const addUrl = (kind) => `${base}add/?kind=${kind}&start=${chosen.start}&end=${chosen.end}`;
tools.addEventListener("mousedown", (event) => event.preventDefault());
tools.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !chosen) return;
  if (button.dataset.add) openForm(addUrl(button.dataset.add));
  else if ("split" in button.dataset) openForm(`${base}split/?start=${chosen.start}`);
  else {
    const form = rowsPane().querySelector("[data-edit-form]");
    form.querySelector("[name=start]").value = chosen.start;
    form.querySelector("[name=end]").value = chosen.end;
    const quote = form.querySelector("[data-quote]");
    if (quote) quote.textContent = window.getSelection().toString();
    say(root.dataset.wordChosen);
  }
  tools.hidden = true;
});

// Keys ------------------------------------------------------------------------------------------------------------------

const isTyping = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const form = event.target.closest?.("[data-edit-form]");
    if (form) form.querySelector("[data-cancel]").click();
    else if (event.target.id === "row-search") {
      filters.text = "";
      restoreControls();
      applyFilters();
      event.target.blur();
    }
    tools.hidden = true;
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
  const row = rowOf(currentRef);
  const press = (name) => row?.querySelector(`[data-act=${name}]`)?.click();
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    e: () => row && canCorrect && edit(row),
    x: () => press("reject"),
    u: () => canCorrect && undo(),
    a: () => (chosen ? openForm(addUrl("target")) : say(root.dataset.wordSelect)),
    s: () => (chosen ? openForm(`${base}split/?start=${chosen.start}`) : say(root.dataset.wordSelect)),
    d: () => showOrder(root.dataset.order === "doubtful" ? "text" : "doubtful"),
    h: () => row && row.dataset.kind !== "warning" && openForm(`${base}${row.dataset.ref.replace("-", "/")}/history/`),
    "/": () => document.getElementById("row-search").focus(),
    "?": () => helpDialog.showModal(),
    Enter: () => (row?.querySelector("[data-act=confirm]") ? press("confirm") : step(1)),
  };
  const isOnControl = event.target.closest("a, button, summary, label");
  if (event.key === "Enter" && isOnControl) return;
  if ((event.key === "a" || event.key === "s") && !canCorrect) return;
  const handle = keys[event.key];
  if (!handle) return;
  event.preventDefault();
  handle();
});

// Beginning ---------------------------------------------------------------------------------------------------------------

if (window.location.hash.startsWith("#row-")) {
  const ref = window.location.hash.slice(5);
  if (rowOf(ref)) select(ref, { from: "key" });
}
