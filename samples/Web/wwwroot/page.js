// Sends the photo that was chosen or dropped, and shows what came back. Names of files and classes are text, never markup.
const byId = id => document.getElementById(id);
const [drop, file, preview, status, error] = ["drop", "file", "preview", "status", "error"].map(byId);
let latest = 0;

file.addEventListener("change", () => send(file.files[0]));
for (const kind of ["dragover", "drop"])
  document.addEventListener(kind, event => event.preventDefault());
document.addEventListener("dragover", () => drop.classList.add("over"));
document.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", event => {
  drop.classList.remove("over");
  send(event.dataTransfer.files[0]);
});
preview.addEventListener("error", () => preview.hidden = true); // TIFF is not drawn by browsers
preview.addEventListener("load", () => preview.hidden = false);

async function send(photo) {
  if (!photo)
    return;
  const number = ++latest;
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(photo);
  file.value = ""; // so that the same file can be chosen again
  clear();
  say(`Looking at ${photo.name} …`);
  try {
    if (photo.size > Number(drop.dataset.mostBytes))
      throw new Error("This photo is too large.");
    const answer = await ask(photo);
    if (number === latest)
      show(photo.name, answer);
  } catch (reason) {
    if (number === latest)
      fail(photo.name, reason);
  }
}

async function ask(photo) {
  let response;
  try {
    response = await fetch("search", { method: "POST", body: photo, headers: { "Content-Type": "application/octet-stream" } });
  } catch {
    throw new Error("The server does not answer.");
  }
  const answer = await response.json();
  if (!response.ok)
    throw new Error(answer.detail ? `${answer.title} The reason: ${answer.detail}.` : answer.title);
  return answer;
}

function clear() {
  byId("classes").hidden = byId("neighbors").hidden = error.hidden = true;
}

function say(text) {
  status.textContent = text;
}

function fail(name, reason) {
  say("");
  error.textContent = `${name}: ${reason.message}`;
  error.hidden = false;
}

function show(name, { classes, neighbors }) {
  byId("class-list").replaceChildren(...classes.map(drawClass));
  byId("classes").hidden = classes.length === 0;
  byId("neighbor-list").replaceChildren(...neighbors.map(drawNeighbor));
  byId("neighbors").hidden = neighbors.length === 0;
  say(classes.length > 0 ? `${name}: ${classes[0].label}, and ${neighbors.length} photos like it.` : `${name}: ${neighbors.length} photos like it.`);
}

function drawClass({ label, probability }) {
  const percent = `${(100 * probability).toFixed(1)} %`;
  const bar = make("meter", { min: 0, max: 1, value: probability, ariaLabel: `Probability of ${label}` });
  return make("li", {}, make("span", { textContent: label }), bar, make("span", { textContent: percent }));
}

function drawNeighbor({ id, name, similarity }) {
  const image = make("img", { src: `photos/${id}`, alt: "", width: 224, height: 224, loading: "lazy" });
  const path = name.split(/(?<=\/)/).flatMap(part => [part, make("wbr", {})]); // lines break behind folders
  const caption = make("figcaption", {}, make("span", {}, ...path), make("small", { textContent: `${similarity.toFixed(2)} alike` }));
  return make("li", {}, make("figure", {}, image, caption));
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
