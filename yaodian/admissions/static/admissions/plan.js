// The plan: a click sets the point, or the next corner of an area. Fields hold what is said, so that typing and clicking are the same;
// without this file the fields alone work.

const SNAP = 8; // pixels of the screen within which a corner of a neighbour is meant
const STILL = 6; // pixels that a finger may move and still have clicked
const DECIMALS = 6; // about a decimetre

for (const figure of document.querySelectorAll(".plan:not([data-plan=show])")) ready(figure);

function ready(figure) {
  const sheet = figure.querySelector(".plan-sheet");
  const { width, height } = sheet.viewBox.baseVal;
  const scale = Object.fromEntries(["west", "north", "eastScale", "northScale"].map((name) => [name, Number(figure.dataset[name])]));
  const letter = parseFloat(getComputedStyle(sheet.querySelector("text")).fontSize);
  const view = { x: 0, y: 0, size: 1 };
  const degrees = ([x, y]) => [round(scale.west + x / scale.eastScale), round(scale.north - y / scale.northScale)];
  const place = ([longitude, latitude]) => [(longitude - scale.west) * scale.eastScale, (scale.north - latitude) * scale.northScale];
  const tool = figure.dataset.plan === "area" ? areaTool(figure, place) : pointTool(figure, place);

  figure.classList.add("is-ready");
  figure.querySelector(".plan-tools").hidden = false;
  figure.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "in") zoom(0.5);
    else if (button.dataset.do === "out") zoom(2);
    else tool[button.dataset.do]();
  });

  let pressed = null;
  sheet.addEventListener("pointerdown", (event) => {
    pressed = { at: [event.clientX, event.clientY], view: { ...view }, moved: false };
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    const [dx, dy] = [event.clientX - pressed.at[0], event.clientY - pressed.at[1]];
    if (Math.hypot(dx, dy) > STILL) pressed.moved = true;
    if (pressed.moved && view.size < 1) show(pressed.view.x - dx * pixel(), pressed.view.y - dy * pixel(), view.size);
  });
  sheet.addEventListener("pointerup", (event) => {
    const isClick = pressed && !pressed.moved;
    pressed = null;
    if (isClick) tool.set(degrees(inside(event)), SNAP * pixel());
  });
  sheet.addEventListener("pointercancel", () => (pressed = null));

  function pixel() {
    return (width * view.size) / sheet.clientWidth;
  }

  function inside(event) {
    const box = sheet.getBoundingClientRect();
    return [
      view.x + ((event.clientX - box.left) / box.width) * width * view.size,
      view.y + ((event.clientY - box.top) / box.height) * height * view.size,
    ];
  }

  function zoom(factor) {
    const size = Math.min(1, Math.max(1 / 64, view.size * factor));
    const middle = tool.middle() ?? [view.x + (width * view.size) / 2, view.y + (height * view.size) / 2];
    show(middle[0] - (width * size) / 2, middle[1] - (height * size) / 2, size);
  }

  function show(x, y, size) {
    view.size = size;
    view.x = Math.min(Math.max(x, 0), width * (1 - size));
    view.y = Math.min(Math.max(y, 0), height * (1 - size));
    sheet.setAttribute("viewBox", `${view.x} ${view.y} ${width * size} ${height * size}`);
    figure.classList.toggle("is-near", size < 1);
    // What is drawn by size stays as large on the screen as it was.
    for (const one of sheet.querySelectorAll("text")) one.style.fontSize = size < 1 ? `${letter * size}px` : "";
    for (const one of sheet.querySelectorAll(".plan-school circle")) one.setAttribute("r", 4.5 * size);
    for (const one of sheet.querySelectorAll(".plan-school text")) one.setAttribute("dy", -8 * size);
    tool.draw(size);
  }
}

/** A point in two fields. */
function pointTool(figure, place) {
  const [longitude, latitude] = ["longitude", "latitude"].map((name) => document.getElementById(figure.dataset[name]));
  const mark = figure.querySelector(".plan-point");
  let size = 1;
  const spot = () => {
    const said = [longitude, latitude].map((field) => (field.value.trim() === "" ? NaN : Number(field.value)));
    return said.every(Number.isFinite) ? said : null;
  };
  const write = (values) => {
    [longitude.value, latitude.value] = values;
    draw(size);
  };
  function draw(now) {
    size = now;
    const said = spot();
    mark.toggleAttribute("hidden", !said);
    if (said) mark.setAttribute("transform", `translate(${place(said).join(" ")}) scale(${size})`);
  }
  for (const field of [longitude, latitude]) field.addEventListener("input", () => draw(size));
  draw(size);
  return { set: (at) => write(at), clear: () => write(["", ""]), middle: () => spot() && place(spot()), draw };
}

/** An area in one field, as GeoJSON. */
function areaTool(figure, place) {
  const field = document.getElementById(figure.dataset.area);
  const own = figure.querySelector(".plan-own");
  const marks = figure.querySelector(".plan-corners");
  const given = document.getElementById("plan-corners");
  const neighbours = given ? JSON.parse(given.textContent) : [];
  let rings = read(field.value);
  let size = 1;

  function write() {
    const closed = rings.filter((ring) => ring.length).map((ring) => [...ring, ring[0]]);
    const said = closed.length > 1
      ? { type: "MultiPolygon", coordinates: closed.map((ring) => [ring]) }
      : { type: "Polygon", coordinates: closed };
    field.value = closed.length ? JSON.stringify(said) : "";
    draw(size);
  }
  function draw(now) {
    size = now;
    own.setAttribute("d", rings.filter((ring) => ring.length).map((ring) => `M${ring.map((corner) => place(corner).join(" ")).join("L")}Z`).join(""));
    marks.replaceChildren(
      ...rings.flat().map((corner) => {
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        const [x, y] = place(corner);
        mark.setAttribute("cx", x);
        mark.setAttribute("cy", y);
        mark.setAttribute("r", 3.5 * size);
        return mark;
      }),
    );
  }
  field.addEventListener("input", () => {
    rings = read(field.value);
    draw(size);
  });
  draw(size);
  return {
    set(at, reach) {
      const [x, y] = place(at);
      const near = neighbours
        .map((corner) => ({ corner, far: Math.hypot(place(corner)[0] - x, place(corner)[1] - y) }))
        .filter((one) => one.far <= reach)
        .sort((one, other) => one.far - other.far)[0];
      if (!rings.length) rings.push([]);
      rings.at(-1).push(near ? near.corner.slice(0, 2) : at);
      write();
    },
    back() {
      while (rings.length && !rings.at(-1).length) rings.pop();
      rings.at(-1)?.pop();
      write();
    },
    ring() {
      if (rings.at(-1)?.length) rings.push([]);
    },
    clear() {
      rings = [];
      write();
    },
    middle: () => (rings.at(-1)?.length ? place(rings.at(-1).at(-1)) : null),
    draw,
  };
}

/** The rings of GeoJSON as it is typed; none while it cannot be read. */
function read(text) {
  let found = [];
  try {
    found = parts(JSON.parse(text));
  } catch {
    return [];
  }
  return found
    .filter((ring) => Array.isArray(ring) && ring.every((corner) => corner?.length > 1 && corner.slice(0, 2).every(Number.isFinite)))
    .map((ring) => ring.map((corner) => corner.slice(0, 2)))
    .map((ring) => (ring.length > 1 && String(ring[0]) === String(ring.at(-1)) ? ring.slice(0, -1) : ring));
}

function parts(said) {
  if (Array.isArray(said)) return said;
  if (said?.type === "FeatureCollection") return said.features.flatMap(parts);
  if (said?.type === "GeometryCollection") return said.geometries.flatMap(parts);
  if (said?.type === "Feature") return said.geometry ? parts(said.geometry) : [];
  if (said?.type === "Polygon") return said.coordinates;
  return said?.type === "MultiPolygon" ? said.coordinates.flat() : [];
}

function round(number) {
  return Number(number.toFixed(DECIMALS));
}
