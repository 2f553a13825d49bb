// The board: a lesson is picked up, every cell says what dropping it there would do and why, then it is dropped. Words come from the template and the
// server. By mouse a lesson is dragged or clicked; by touch it is tapped, so that the page still scrolls; by keyboard it is a link like any other.

const FAR = 6; // pixels that a mouse moves before it drags
const EDGE = 56; // pixels at the edge of the window in which the page scrolls
const board = () => document.getElementById("board");
const word = (name, values = {}) =>
  Object.entries(values).reduce((said, [key, value]) => said.replace(`{${key}}`, value), board().dataset[`word${name}`]);

let hand = null; // the lesson in hand: { piece, data, choice, at, asks }
let drag = null; // a mouse that is down on a card
let asked = 0; // the last question: answers to earlier ones come too late

const announce = (sentence) => (document.getElementById("announcer").textContent = sentence);
const cells = () => [...board().querySelectorAll(".board-cell[data-at]")];
const cellAt = (at) => cells().find((one) => one.dataset.at === at);
const cardOf = (piece) => board().querySelector(`[data-piece="${piece}"]`);
const token = () => board().querySelector("[name=csrfmiddlewaretoken]").value;

// Taking ----------------------------------------------------------------------------------------------------------------------

async function take(piece, { focus = true } = {}) {
  back();
  const question = ++asked;
  hand = { piece, data: null, choice: 0, at: null, asks: "" };
  cardOf(piece)?.classList.add("is-taken");
  show();
  say(word("Loading"));
  let data;
  try {
    const answer = await fetch(`${board().dataset.moves}?piece=${piece}`, { headers: { Accept: "application/json" } });
    data = await answer.json();
    if (question !== asked) return;
    if (!answer.ok) return refuse(data);
  } catch {
    if (question === asked) refuse({ detail: word("Failed") });
    return;
  }
  if (String(data.version) !== board().dataset.version) {
    // Somebody else changed it: the page is shown as it is now, and the lesson is taken there.
    await refresh();
    board().dataset.version = data.version;
    hand = { piece, data: null, choice: 0, at: null, asks: "" };
    cardOf(piece)?.classList.add("is-taken");
  }
  hand.data = data;
  mark();
  const start = data.here && cellAt(data.here) ? data.here : cells().find((one) => data.spots[one.dataset.at])?.dataset.at;
  if (!drag?.moved) look(start ?? cells()[0]?.dataset.at, { focus });
  else look(drag.over ?? start);
  announce(word("Taken", { lesson: data.words }));
}

function back({ focus = false } = {}) {
  if (!hand) return;
  const { piece } = hand;
  hand = null;
  asked += 1;
  for (const one of board().querySelectorAll(".board-mark")) one.remove();
  for (const cell of cells()) cell.classList.remove("is-here", "is-fine", "is-costs", "is-breaks", "is-nowhere", "is-looked");
  cardOf(piece)?.classList.remove("is-taken");
  board().classList.remove("has-hand");
  show(false);
  if (focus) {
    cardOf(piece)?.focus();
    announce(word("Back"));
  }
}

function refuse({ detail, sentences = [] }) {
  show();
  say(detail, sentences, "is-breaks");
  document.getElementById("why-tools").replaceChildren();
  board().classList.remove("has-hand");
}

// Marks: one button in every cell -----------------------------------------------------------------------------------------------

const spotAt = (at) => hand?.data?.spots[at]?.[hand.choice] ?? null;

function mark() {
  board().classList.add("has-hand");
  for (const cell of cells()) {
    cell.querySelector(".board-mark")?.remove();
    cell.classList.remove("is-here", "is-fine", "is-costs", "is-breaks", "is-nowhere");
    const spot = spotAt(cell.dataset.at);
    const way = spot?.[0] ?? "nowhere";
    cell.classList.add(`is-${way}`);
    if (!spot) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "board-mark";
    button.tabIndex = cell.dataset.at === hand.at ? 0 : -1;
    const words = document.createElement("span");
    words.textContent = hand.data.sentences[spot[5]];
    const label = document.createElement("span");
    label.className = "visually-hidden";
    label.textContent = `${cell.dataset.label} `;
    button.append(sign(way), label, words);
    cell.append(button);
  }
}

function sign(way) {
  const found = document.getElementById("signs").content.querySelector(`[data-way=${way}]`);
  return found.firstElementChild.cloneNode(true);
}

// The panel: why, before the drop -----------------------------------------------------------------------------------------------

function show(isShown = true) {
  document.getElementById("why").hidden = !isShown;
  board().classList.toggle("has-why", isShown);
}

function say(title, sentences = [], kind = "") {
  const words = document.getElementById("why-words");
  const head = document.createElement("p");
  head.className = `why-head ${kind}`;
  head.textContent = title;
  const list = document.createElement("ul");
  list.className = "plain-list";
  for (const one of sentences) {
    const line = document.createElement("li");
    line.textContent = one;
    list.append(line);
  }
  words.replaceChildren(head, ...(sentences.length ? [list] : []));
}

function look(at, { focus = false } = {}) {
  if (!hand?.data || !at) return;
  if (hand.at !== at) hand.asks = "";
  hand.at = at;
  for (const cell of cells()) cell.classList.toggle("is-looked", cell.dataset.at === at);
  for (const one of board().querySelectorAll(".board-mark")) one.tabIndex = one.parentElement.dataset.at === at ? 0 : -1;
  const cell = cellAt(at);
  const spot = spotAt(at);
  show();
  if (!spot) {
    say(`${cell?.dataset.label ?? ""} · ${word("Nowhere")}`, [], "is-nowhere");
  } else {
    const [way, required, , worse, better, words] = spot;
    const why = [...worse, ...better].map((one) => hand.data.sentences[one]);
    if (way === "breaks") why.push(word("Breaks", { points: required }));
    if (!why.length && way !== "here") why.push(word("None"));
    say(`${hand.data.words} → ${cell.dataset.label}：${hand.data.sentences[words]}`, why, `is-${way}`);
  }
  tools(at, spot);
  if (focus) (cell?.querySelector(".board-mark") ?? document.getElementById("why")).focus({ preventScroll: false });
}

function tools(at, spot) {
  const { data } = hand;
  const parts = [];
  const row = document.createElement("div");
  row.className = "button-row";
  if (spot && spot[0] !== "here") {
    const isAgain = hand.asks === `move:${at}`;
    row.append(action(isAgain ? word("Again") : word("Drop"), () => drop(at), isAgain ? "btn-danger" : "btn-primary", "drop"));
  }
  if (spot?.[0] === "breaks") {
    const other = data.spots[at].findIndex((one) => one[0] === "fine" || one[0] === "costs");
    if (other > 0) row.append(action(word("Other", { choice: data.choices[other].words }), () => choose(other), "", "other"));
  }
  if (row.children.length) parts.push(row);
  if (data.choices.length > 1) parts.push(chooser(at));
  if (data.swaps.length) {
    const box = document.createElement("div");
    const title = document.createElement("h3");
    title.textContent = word("Swaps");
    const list = document.createElement("ul");
    list.className = "plain-list why-swaps";
    for (const swap of data.swaps) {
      const line = document.createElement("li");
      const points = swap.optional > 0 ? word("Points", { points: swap.optional }) : swap.optional < 0 ? word("Fewer", { points: -swap.optional }) : "";
      line.append(action(points ? `${swap.words} · ${points}` : swap.words, () => send({ do: "swap", other: swap.other }), "btn-small", "swap"));
      list.append(line);
    }
    box.append(title, list);
    parts.push(box);
  }
  if (data.here && !data.is_fixed) {
    const isAgain = hand.asks === "unplace";
    parts.push(action(isAgain ? word("Again") : word("Unplace"), unplace, isAgain ? "btn-danger" : "btn-quiet", "unplace"));
  }
  document.getElementById("why-tools").replaceChildren(...parts);
}

function action(words, act, kind, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `btn ${kind}`;
  button.dataset.act = name;
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}

function chooser(at) {
  const label = document.createElement("label");
  label.textContent = word("Choice");
  const select = document.createElement("select");
  select.className = "form-select";
  const signs = { here: "●", fine: "✓", costs: "−", breaks: "✕" };
  hand.data.choices.forEach((choice, index) => {
    const option = document.createElement("option");
    const spot = hand.data.spots[at]?.[index];
    option.value = index;
    option.textContent = spot ? `${signs[spot[0]]} ${choice.words} · ${hand.data.sentences[spot[5]]}` : choice.words;
    option.selected = index === hand.choice;
    select.append(option);
  });
  select.addEventListener("change", () => choose(Number(select.value)));
  label.append(select);
  return label;
}

function choose(index) {
  hand.choice = index;
  hand.asks = "";
  mark();
  look(hand.at);
  document.querySelector("#why-tools [data-act=drop], #why-tools select")?.focus();
}

// Dropping --------------------------------------------------------------------------------------------------------------------

function drop(at) {
  const spot = spotAt(at);
  if (!spot) return look(at);
  if (spot[0] === "here") return back({ focus: true });
  const key = `move:${at}`;
  if (spot[0] === "breaks" && hand.asks !== key) {
    look(at);
    hand.asks = key;
    tools(at, spot);
    announce(word("Again"));
    return undefined;
  }
  const fields = { do: "move", start: at };
  if (hand.choice) fields.choice = JSON.stringify(hand.data.choices[hand.choice].names);
  if (spot[0] === "breaks") fields.accepts = "yes";
  return send(fields);
}

function unplace() {
  if (hand.asks !== "unplace") {
    hand.asks = "unplace";
    say(word("Unplaced"), [], "is-breaks");
    tools(hand.at, spotAt(hand.at));
    return undefined;
  }
  return send({ do: "move", start: "none", accepts: "yes" });
}

async function send(fields) {
  const { piece } = hand;
  const body = new URLSearchParams({ ...fields, piece, version: board().dataset.version, csrfmiddlewaretoken: token() });
  let answer, data;
  try {
    answer = await fetch(board().dataset.step, { method: "POST", body, headers: { Accept: "application/json" } });
    data = await answer.json();
  } catch {
    return refuse({ detail: word("Failed") });
  }
  if (!answer.ok) {
    back();
    await refresh();
    refuse(data);
    announce(data.detail);
    return undefined;
  }
  back();
  await refresh();
  cardOf(piece)?.focus();
  announce(word("Moved"));
  return undefined;
}

async function refresh() {
  const { url, show: whose } = board().dataset;
  const answer = await fetch(`${url}?show=${encodeURIComponent(whose)}`);
  const text = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = text.getElementById("board");
  if (fresh) board().replaceWith(document.adoptNode(fresh));
  else window.location.reload();
}

// Hands -----------------------------------------------------------------------------------------------------------------------

const isEditable = () => board()?.dataset.editable === "yes";

document.addEventListener("click", (event) => {
  if (!isEditable()) return;
  if (event.target.closest("[data-do=back]")) {
    show(false);
    return back({ focus: true });
  }
  const card = event.target.closest("#board [data-piece]");
  const cell = event.target.closest("#board .board-cell[data-at]");
  if (card && event.detail > 0 && drag?.done) {
    // The click that follows a drag is none.
    event.preventDefault();
    drag = null;
    return undefined;
  }
  if (card && (!hand || !cell)) {
    event.preventDefault();
    if (hand && String(hand.piece) === card.dataset.piece) return back({ focus: true });
    return take(card.dataset.piece);
  }
  if (!hand || !cell) return undefined;
  event.preventDefault();
  if (!hand.data) return undefined;
  if (hand.at !== cell.dataset.at && event.detail > 0 && window.matchMedia("(hover: none)").matches) {
    // A finger has not seen why yet: the first tap says it, the second drops.
    look(cell.dataset.at, { focus: true });
    if (spotAt(cell.dataset.at)?.[0] !== "fine") return undefined;
  }
  if (hand.at !== cell.dataset.at) look(cell.dataset.at);
  return drop(cell.dataset.at);
});

document.addEventListener("keydown", (event) => {
  if (!hand || !isEditable()) return;
  if (event.key === "Escape") {
    event.preventDefault();
    back({ focus: true });
    return;
  }
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const step = steps[event.key];
  if (!step || !hand.data || event.target.closest("select, input, textarea")) return;
  event.preventDefault();
  const next = neighbour(hand.at, ...step);
  if (next) look(next, { focus: true });
});

/** The next cell in a direction that takes the lesson. */
function neighbour(at, down, right) {
  let cell = cellAt(at);
  while (cell) {
    const row = cell.parentElement;
    if (right) {
      const line = [...row.children];
      cell = line[line.indexOf(cell) + right];
    } else {
      const rows = [...row.parentElement.querySelectorAll("tr:not(.board-part)")];
      cell = rows[rows.indexOf(row) + down]?.children[[...row.children].indexOf(cell)];
    }
    if (cell?.dataset.at && hand.data.spots[cell.dataset.at]) return cell.dataset.at;
    if (cell && !cell.matches("td")) return null;
  }
  return null;
}

// By mouse: what moves while the button is down is dragged.
document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("#board [data-piece]");
  drag = null;
  if (!card || !isEditable() || event.pointerType !== "mouse" || event.button !== 0) return;
  drag = { piece: card.dataset.piece, fromX: event.clientX, fromY: event.clientY, y: event.clientY, moved: false, ghost: null };
});
document.addEventListener("pointermove", (event) => {
  if (!drag || drag.done) {
    // What waits to be pressed again stays, wherever the mouse goes to.
    if (hand?.data && !hand.asks && event.pointerType === "mouse") {
      const over = event.target.closest?.("#board .board-cell[data-at]");
      if (over && over.dataset.at !== hand.at) look(over.dataset.at);
    }
    return;
  }
  if (!drag.moved) {
    if (Math.hypot(event.clientX - drag.fromX, event.clientY - drag.fromY) < FAR) return;
    drag.moved = true;
    lift();
    scrollAlong();
    take(drag.piece, { focus: false });
  }
  drag.y = event.clientY;
  drag.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("#board .board-cell[data-at]");
  drag.over = cell?.dataset.at ?? null;
  if (drag.over && hand?.data && hand.at !== drag.over) look(drag.over);
});
document.addEventListener("pointerup", (event) => {
  if (!drag?.moved || drag.done) {
    drag = null;
    return;
  }
  drag.ghost.remove();
  drag.done = true;
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("#board .board-cell[data-at]");
  // Whoever drops before the answer is there is shown it and drops again.
  if (!cell) back();
  else if (hand?.data) {
    look(cell.dataset.at);
    drop(cell.dataset.at);
  }
});
document.addEventListener("pointercancel", () => {
  drag?.ghost?.remove();
  drag = null;
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("#board [data-piece]")) event.preventDefault();
});

/** Near the top or the bottom of the window the page moves under the lesson, so that every cell can be reached. */
function scrollAlong() {
  if (!drag?.moved || drag.done) return;
  const over = drag.y < EDGE ? drag.y - EDGE : Math.max(0, drag.y - window.innerHeight + EDGE);
  if (over) window.scrollBy(0, over / 3);
  requestAnimationFrame(scrollAlong);
}

function lift() {
  const card = cardOf(drag.piece);
  drag.ghost = document.createElement("div");
  drag.ghost.className = "lesson-card lesson-ghost";
  drag.ghost.append(...[...card.childNodes].map((one) => one.cloneNode(true)));
  drag.ghost.setAttribute("aria-hidden", "true");
  document.body.append(drag.ghost);
  window.getSelection()?.removeAllRanges();
}

// A lesson taken by its link, before this file was there.
const given = new URLSearchParams(window.location.search).get("piece");
for (const form of document.querySelectorAll(".board-drop-form")) form.remove();
if (given && isEditable() && cardOf(given)) {
  for (const cell of cells()) cell.classList.remove("is-here", "is-fine", "is-costs", "is-breaks");
  take(given);
}

document.addEventListener("focusin", (event) => {
  const markButton = event.target.closest?.(".board-mark");
  if (markButton && hand?.data) look(markButton.parentElement.dataset.at);
});
