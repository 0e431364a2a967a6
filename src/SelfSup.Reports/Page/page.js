"use strict";

// A map shows the image whose point the mouse is near, or that the arrow keys have reached.
for (const map of document.querySelectorAll(".map")) {
  const { pictures, alike } = JSON.parse(map.querySelector("script").textContent);
  const [keys, svg, card] = [".keys", ".plane svg", ".card"].map(part => map.querySelector(part));
  const points = [...svg.querySelectorAll(".points use")].map(mark => ({
    mark, name: mark.getAttribute("aria-label"), group: mark.dataset.group,
    places: mark.dataset.places.split(" ").map(place => place.split(",").map(Number)),
  }));
  const [ring, links] = [svg.querySelector(".ring"), svg.querySelector(".links")];
  const chosenGroups = new Set();
  const isShown = point => chosenGroups.size === 0 || chosenGroups.has(point.group);
  let current = -1;

  function create(name, attributes, parent) {
    const isSvg = ["image", "line", "rect"].includes(name);
    const element = isSvg ? document.createElementNS(svg.namespaceURI, name) : document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes))
      element.setAttribute(attribute, value);
    parent.append(element);
    return element;
  }

  function show(index) {
    if (index === current)
      return;
    current = index;
    const point = points[index];
    drawLinks();
    card.replaceChildren();
    if (pictures[index])
      create("img", { src: pictures[index], alt: "" }, card);
    create("p", {}, card).textContent = point.name;
    create("h3", {}, card).textContent = "Most alike";
    const row = create("div", { class: "alike" }, card);
    for (const other of alike[index]) {
      const button = create("button", { type: "button", title: points[other].name }, row);
      create("img", { src: pictures[other], alt: points[other].name }, button);
      button.addEventListener("click", () => focus(other));
    }
  }

  function drawLinks() {
    const point = points[current];
    ring.setAttribute("cx", point.x);
    ring.setAttribute("cy", point.y);
    links.replaceChildren();
    for (const other of alike[current])
      create("line", { x1: point.x, y1: point.y, x2: points[other].x, y2: points[other].y }, links);
  }

  function focus(index) {
    points[Math.max(current, 0)].mark.setAttribute("tabindex", "-1");
    points[index].mark.setAttribute("tabindex", "0");
    points[index].mark.focus({ preventScroll: true });
    show(index);
  }

  // The one at the smallest cost among those that are shown; -1 if none is finite.
  function find(cost) {
    let [best, least] = [-1, Infinity];
    points.forEach((point, index) => {
      const value = isShown(point) ? cost(point, index) : Infinity;
      if (value < least)
        [best, least] = [index, value];
    });
    return best;
  }

  const showNearest = event => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const nearest = find(point => Math.hypot(point.x - place.x, point.y - place.y));
    if (nearest >= 0 && Math.hypot(points[nearest].x - place.x, points[nearest].y - place.y) < 20)
      show(nearest);
  };
  svg.addEventListener("pointermove", showNearest);
  svg.addEventListener("pointerdown", showNearest);

  const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  svg.addEventListener("keydown", event => {
    const direction = directions[event.key];
    if (!direction)
      return;
    event.preventDefault();
    const from = points[Math.max(current, 0)];
    // What lies straight ahead is preferred to what is nearer but aside.
    const next = find((point, index) => {
      const [x, y] = [point.x - from.x, point.y - from.y];
      const ahead = x * direction[0] + y * direction[1];
      const aside = Math.abs(x * direction[1]) + Math.abs(y * direction[0]);
      return index !== current && ahead > 0.01 && aside <= 2 * ahead ? ahead + 2 * aside : Infinity;
    });
    if (next >= 0)
      focus(next);
  });
  points.forEach((point, index) => {
    point.mark.setAttribute("tabindex", index === 0 ? "0" : "-1");
    point.mark.addEventListener("focus", () => show(index));
  });

  // Pictures where there is room; marked images come first.
  const size = 34;
  const layer = svg.querySelector(".pictures");
  const inOrder = [...points.keys()].sort((one, other) => points[other].mark.matches(".marked") - points[one].mark.matches(".marked"));
  function placePictures() {
    layer.replaceChildren();
    const placed = [];
    for (const index of inOrder) {
      const point = points[index];
      point.picture = null;
      if (!pictures[index] || placed.some(other => Math.abs(other.x - point.x) < size + 1 && Math.abs(other.y - point.y) < size + 1))
        continue;
      placed.push(point);
      const place = { x: point.x - size / 2, y: point.y - size / 2, width: size, height: size };
      point.picture = create("image", { href: pictures[index], ...place }, layer);
      if (point.mark.matches(".marked"))
        create("rect", { class: "frame", ...place }, layer);
    }
  }

  // The ways to lay the images out; the page is drawn in the first.
  const views = [...keys.querySelectorAll(".view")];
  function layOut(number) {
    views.forEach((view, other) => view.setAttribute("aria-pressed", other === number));
    for (const point of points) {
      [point.x, point.y] = point.places[number];
      point.mark.setAttribute("x", point.x);
      point.mark.setAttribute("y", point.y);
    }
    placePictures();
    showGroups();
    if (current >= 0)
      drawLinks();
  }
  views.forEach((view, number) => view.addEventListener("click", () => layOut(number)));

  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "toggle";
  toggle.textContent = "Pictures";
  keys.prepend(toggle);
  function showPictures(areShown) {
    toggle.setAttribute("aria-pressed", areShown);
    layer.style.display = areShown ? "" : "none";
    svg.classList.toggle("with-pictures", areShown);
  }
  toggle.addEventListener("click", () => showPictures(toggle.getAttribute("aria-pressed") !== "true"));
  showPictures(true);

  for (const key of keys.querySelectorAll(".key")) {
    key.addEventListener("click", () => {
      const isPressed = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", isPressed);
      if (isPressed)
        chosenGroups.add(key.dataset.group);
      else
        chosenGroups.delete(key.dataset.group);
      showGroups();
    });
  }
  function showGroups() {
    for (const point of points) {
      point.mark.classList.toggle("faint", !isShown(point));
      point.picture?.classList.toggle("faint", !isShown(point));
    }
  }

  layOut(0);
}
