// The layer that draws what moves, from packed vertices, over the still picture.
// `pack` in vertices.py is the other half of this: what is written there is read here.

const UNITS = 16; // packed units in a pixel
const BREAK = -32768; // in place of a vertex: lift the pen

function trace(path, points) {
  let penDown = false;
  for (let i = 0; i < points.length; i += 2) {
    if (points[i] === BREAK) {
      penDown = false;
    } else if (penDown) {
      path.lineTo(points[i] / UNITS, points[i + 1] / UNITS);
    } else {
      path.moveTo(points[i] / UNITS, points[i + 1] / UNITS);
      penDown = true;
    }
  }
}

function paint(context, look, path) {
  if (look.fill) context.fill(path);
  if (look.stroke && look.width > 0) context.stroke(path);
}

const draw = {
  path(context, look, points) {
    const path = new Path2D();
    trace(path, points);
    paint(context, look, path);
  },

  // Each point is painted by itself, so that points lying on each other look darker.
  points(context, look, points) {
    const marker = new Path2D();
    look.marker.forEach(([x, y], i) => (i ? marker.lineTo(x, y) : marker.moveTo(x, y)));
    marker.closePath();
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] / UNITS;
      const y = points[i + 1] / UNITS;
      context.translate(x, y);
      paint(context, look, marker);
      context.translate(-x, -y);
    }
  },

  image(context, look, bytes) {
    const small = new OffscreenCanvas(look.columns, look.rows);
    const pixels = new ImageData(new Uint8ClampedArray(bytes), look.columns, look.rows);
    small.getContext("2d").putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, ...look.where);
  },

  text(context, look, [x, y, words]) {
    const weight = look.bold ? "bold " : "";
    context.font = `${weight}${look.size}px "DejaVu Sans", Verdana, sans-serif`;
    context.textAlign = look.align;
    context.textBaseline = look.baseline;
    if (look.rim) {
      context.strokeStyle = "white";
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeText(words, x, y);
    }
    context.fillText(words, x, y);
  },
};

// Copies, since a buffer from the kernel need not start at an even address.
const copyOf = (view) =>
  view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

export function drawFrame(context, looks, frame) {
  const vertices = new Int16Array(copyOf(frame.v));
  let [vertex, shape, image, text] = [0, 0, 0, 0];
  for (const look of looks) {
    let data;
    if (look.kind === "text") {
      data = frame.t[text++];
    } else if (look.kind === "image") {
      data = copyOf(frame.i[image++]);
    } else {
      data = vertices.subarray(vertex, (vertex += 2 * frame.n[shape++]));
    }
    context.save();
    if (look.clip) {
      context.beginPath();
      context.rect(...look.clip);
      context.clip();
    }
    context.globalAlpha = look.alpha;
    context.fillStyle = look.fill ?? "transparent";
    context.strokeStyle = look.stroke ?? "transparent";
    context.lineWidth = look.width ?? 0;
    context.setLineDash(look.dash ?? []);
    draw[look.kind](context, look, data);
    context.restore();
  }
}

function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function render({ model, el }) {
  const root = element("div", "bn-live", el);
  const sentence = element("p", "bn-sentence", root);
  const stage = element("div", "bn-stage", root);
  const still = element("img", "bn-still", stage);
  const canvas = element("canvas", "bn-moving", stage);
  const spoken = element("p", "bn-spoken", root);
  const context = canvas.getContext("2d");
  let speaking;
  let url;

  sentence.setAttribute("aria-hidden", "true"); // `spoken` says it, once the hand rests
  spoken.setAttribute("role", "status");
  still.alt = "";
  canvas.setAttribute("role", "img");

  const redraw = () => {
    const frame = model.get("frame");
    const [width, height] = model.get("size");
    const across = stage.clientWidth * window.devicePixelRatio;
    const pixels = [Math.round(across), Math.round((across * height) / width)];
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
      [canvas.width, canvas.height] = pixels;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.scale(canvas.width / width, canvas.width / width);
    drawFrame(context, model.get("looks"), frame);
  };

  const say = () => {
    const error = model.get("error");
    const words = error || model.get("frame").sentence;
    root.classList.toggle("bn-wrong", Boolean(error));
    sentence.textContent = words;
    canvas.setAttribute("aria-label", words);
    clearTimeout(speaking);
    speaking = setTimeout(() => (spoken.textContent = words), 400);
  };

  const move = () => {
    redraw();
    say();
  };

  const setStage = () => {
    const [width, height] = model.get("size");
    stage.style.maxWidth = `${width}px`;
    stage.style.aspectRatio = `${width} / ${height}`;
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(new Blob([copyOf(model.get("still"))], { type: "image/png" }));
    still.src = url;
  };

  setStage();
  move();
  model.on("change:still", setStage);
  model.on("change:looks", redraw);
  model.on("change:frame", move);
  model.on("change:error", say);
  const watcher = new ResizeObserver(redraw);
  watcher.observe(stage);

  return () => {
    watcher.disconnect();
    clearTimeout(speaking);
    URL.revokeObjectURL(url);
    model.off("change:still", setStage);
    model.off("change:looks", redraw);
    model.off("change:frame", move);
    model.off("change:error", say);
  };
}

export default { render };
