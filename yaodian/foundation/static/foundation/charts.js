// Charts as files: the wide drawing with the looks of the style sheet written into it, as SVG, and from that as PNG. What leaves
// is always light, with its title and source, because it goes into documents. Each figure names this module; it runs once.

const SHAPE = ["fill", "stroke", "stroke-width", "stroke-dasharray"];
const WORDS = ["fill", "stroke", "stroke-width", "paint-order", "font-size", "font-weight"];
const SPACE = "http://www.w3.org/2000/svg";
const SCALE = 2;
const MARGIN = 16;

/** A piece of SVG of our own. */
function piece(name, values, words = "") {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

/** Words in lines of about so many pixels: Chinese breaks anywhere, other words between them. */
function wrapped(words, room, size) {
  const lines = [""];
  let width = 0;
  for (const part of words.match(/[\u2e80-\uffff]|[^\u2e80-\uffff\s]+\s*|\s+/g) ?? []) {
    const wide = [...part].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.64), 0) * size;
    if (width && width + wide > room) {
      lines.push("");
      width = 0;
    }
    lines[lines.length - 1] += part;
    width += wide;
  }
  return lines;
}

/** The drawing of a figure as a document of its own: its text, and how large it is. */
function drawingOf(figure) {
  const holder = document.createElement("div");
  holder.className = "chart-export";
  holder.dataset.bsTheme = "light";
  const drawn = figure.querySelector("svg.drawn-wide").cloneNode(true);
  const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
  const said = (name) => figure.querySelector(name)?.textContent.trim() ?? "";
  const head = [said(".chart-title"), said(".chart-unit")].filter(Boolean).join(" · ");
  const above = wrapped(head, width, 16);
  const below = said(".chart-note") ? wrapped(said(".chart-note"), width, 12) : [];
  const top = 24 * above.length + 8;
  const whole = { width: width + 2 * MARGIN, height: top + height + 18 * below.length + 2 * MARGIN };
  above.forEach((words, line) => drawn.append(piece("text", { class: "drawn-title", x: 0, y: 16 + 24 * line - top }, words)));
  below.forEach((words, line) => drawn.append(piece("text", { class: "drawn-words drawn-soft", x: 0, y: height + 14 + 18 * line }, words)));
  drawn.prepend(piece("rect", { class: "drawn-ground", x: -MARGIN, y: -top - MARGIN, ...whole }));
  drawn.setAttribute("viewBox", `${-MARGIN} ${-top - MARGIN} ${whole.width} ${whole.height}`);
  drawn.setAttribute("width", whole.width);
  drawn.setAttribute("height", whole.height);
  holder.append(drawn);
  document.body.append(holder);
  for (const element of drawn.querySelectorAll("rect, line, polyline, circle, text")) {
    const looks = getComputedStyle(element);
    for (const name of element.tagName === "text" ? WORDS : SHAPE) element.setAttribute(name, looks.getPropertyValue(name));
    if (element.tagName === "text") drawn.setAttribute("font-family", looks.fontFamily);
    element.removeAttribute("class");
  }
  drawn.removeAttribute("class");
  holder.remove();
  return { text: new XMLSerializer().serializeToString(drawn), ...whole };
}

/** The same as pixels. */
async function pixelsOf({ text, width, height }) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * SCALE);
  canvas.height = Math.round(height * SCALE);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const button of document.querySelectorAll("[data-chart-export]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const figure = button.closest("[data-chart]");
    const kind = button.dataset.chartExport;
    const drawing = drawingOf(figure);
    const blob = kind === "png" ? await pixelsOf(drawing) : new Blob([drawing.text], { type: "image/svg+xml" });
    save(blob, `${figure.dataset.chart.replace(/[\\/:*?"<>|]/g, " ")}.${kind}`);
  });
}
