// The layer that draws what moves over the still picture, from frames: packed vertices, texts and
// a sentence. Frames that the kernel has sent ahead are drawn at once, without asking.
// `pack` in vertices.py writes what `Frames` reads.

const UNITS = 16; // packed units in a pixel
const BREAK = -32768; // in place of a vertex: lift the pen
const PATIENCE = 500; // ms until the kernel is asked for what a key press should have brought

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

export function drawFrame(context, looks, frame) {
  let [shape, image, text] = [0, 0, 0];
  for (const look of looks) {
    let data;
    if (look.kind === "text") data = frame.texts[text++];
    else if (look.kind === "image") data = frame.images[image++];
    else data = frame.shapes[shape++];
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

// The frames that are here already, by position: the indices of all knobs, as "20,30".
export class Frames extends Map {
  // `heads` say what the buffer holds, in its order.
  add(heads, buffer) {
    let at = 0;
    for (const head of heads) {
      if (head.error) {
        this.set(head.key, { error: head.error, once: head.once });
        continue;
      }
      const shapes = head.n.map((count) => {
        const points = new Int16Array(buffer, at, 2 * count);
        at += points.byteLength;
        return points;
      });
      const images = head.i.map((length) => {
        at += length;
        return new Uint8ClampedArray(buffer, at - length, length);
      });
      const { key, t: texts, sentence, once } = head;
      this.set(key, { shapes, images, texts, sentence, once });
    }
  }
}

function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

// A sentence and under it the picture: still part and moving part.
export class Stage {
  constructor(parent) {
    this.root = element("div", "bn-live", parent);
    this.sentence = element("p", "bn-sentence", this.root);
    this.stage = element("div", "bn-stage", this.root);
    this.still = element("img", "bn-still", this.stage);
    this.canvas = element("canvas", "bn-moving", this.stage);
    this.spoken = element("p", "bn-spoken", this.root);
    this.context = this.canvas.getContext("2d");
    this.sentence.setAttribute("aria-hidden", "true"); // `spoken` says it, once the hand rests
    this.spoken.setAttribute("role", "status");
    this.still.alt = "";
    this.canvas.setAttribute("role", "img");
    this.watcher = new ResizeObserver(() => this.redraw());
    this.watcher.observe(this.stage);
  }

  set(size, looks, still) {
    [this.size, this.looks] = [size, looks];
    this.stage.style.maxWidth = `${size[0]}px`;
    this.stage.style.aspectRatio = `${size[0]} / ${size[1]}`;
    this.still.src = still;
    this.redraw();
  }

  // Shows a frame; one with an error leaves the last good picture and says what is wrong.
  show(frame) {
    if (!frame.error) {
      this.frame = frame;
      this.redraw();
    }
    const words = frame.error || frame.sentence;
    this.root.classList.toggle("bn-wrong", Boolean(frame.error));
    this.sentence.textContent = words;
    this.canvas.setAttribute("aria-label", words);
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.spoken.textContent = words), 400);
  }

  redraw() {
    if (!this.frame || !this.size) return;
    const [width, height] = this.size;
    const across = this.stage.clientWidth * window.devicePixelRatio;
    const pixels = [Math.round(across), Math.round((across * height) / width)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
    }
    const scale = this.canvas.width / width;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.scale(scale, scale);
    drawFrame(this.context, this.looks, this.frame);
  }

  close() {
    this.watcher.disconnect();
    clearTimeout(this.speaking);
  }
}

// ---------------------------------------------------------------- in a notebook

// A copy, since a buffer from the kernel need not start at an even address.
const copyOf = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

function render({ model, el }) {
  const stage = new Stage(el);
  const frames = new Frames();
  let url; // of the still picture
  let [shownFrame, shownKey] = [null, null];
  let asked = null; // the position that the kernel was asked for and has not answered yet
  let inHand = ""; // "pointer" or "key": it moves a slider, and the kernel does not know where to yet
  let waiting; // until the kernel is asked
  let held = []; // buttons pressed while the kernel did not yet know where the sliders are
  let heard = true; // the kernel has answered since the first of them

  const setStage = () => {
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(new Blob([model.get("still")], { type: "image/png" }));
    stage.set(model.get("size"), model.get("looks"), url);
  };

  // A slider tells the kernel only when the pointer lets go; where it is now stands in the page.
  const inPage = () => {
    const at = [...model.get("at")];
    const sliders = model.get("sliders");
    box?.querySelectorAll(".noUi-handle").forEach((handle, i) => {
      at[sliders[i]] = Math.round(parseFloat(handle.getAttribute("aria-valuenow")));
    });
    return at.join();
  };

  const wanted = () => (inHand ? inPage() : model.get("at").join());

  // What stays on the screen is the value of the sliders: from the frames, or the kernel is asked.
  const follow = () => {
    const key = wanted();
    const frame = frames.get(key);
    if (frame && frame !== shownFrame) {
      stage.show(frame);
      [shownFrame, shownKey] = [frame, key];
      if (frame.once) frames.delete(key);
    }
    // At a key press the slider itself tells the kernel: asking too would bring the frame twice.
    clearTimeout(waiting);
    if (inHand === "key") waiting = setTimeout(ask, PATIENCE);
    else ask();
  };

  const ask = () => {
    const key = wanted();
    if (frames.has(key) || key === shownKey || asked !== null) return;
    asked = key;
    model.send({ ask: key });
  };

  const addLast = () => {
    const { head, data } = model.get("frame");
    frames.add([head], copyOf(data));
    return frames.get(head.key);
  };

  // The kernel says where the knobs are, and what is to be seen there.
  const settle = () => {
    asked = null; // the kernel has spoken; what it has not answered may be asked again
    const key = model.get("at").join();
    const error = model.get("error");
    if (error) frames.set(key, { error });
    else addLast();
    if (inHand && inPage() === key) inHand = "";
    follow();
    pressHeld();
  };

  const receive = ({ forget, heads, here }, buffers) => {
    if (here) {
      heard = true;
      pressHeld();
    }
    if (forget) frames.clear();
    if (heads) {
      frames.add(heads, copyOf(buffers[0]));
      if (heads.some((head) => head.key === asked)) asked = null;
      follow();
    }
  };

  // A slider that has moved twice tells the kernel of the second move only when the kernel has done
  // with the first. A button tells it at once, so its press would come before that move, which
  // would then undo it: it is held back until the kernel knows where the sliders are.
  const holdPress = (event) => {
    const button = event.target.closest("button");
    if (!inHand || !button) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (!held.length) {
      heard = false;
      model.send({ here: true });
    }
    held.push(button);
  };

  const pressHeld = () => {
    if (!held.length || !heard || inPage() !== model.get("at").join()) return;
    const buttons = held;
    [held, inHand] = [[], ""];
    buttons.forEach((button) => button.click());
  };

  // The sliders stand beside this widget; they are found once both are in the page.
  let [explorer, box] = [null, null];
  const takeHand = ({ type }) => (inHand = type === "keydown" ? "key" : "pointer");
  const moved = new MutationObserver(() => inHand && follow());
  const findSliders = () => {
    if (box) return;
    explorer = el.closest(".bn-explorer");
    box = explorer?.querySelector(".bn-knobs");
    if (!box) return;
    box.addEventListener("pointerdown", takeHand, true);
    box.addEventListener("keydown", takeHand, true);
    explorer.addEventListener("click", holdPress, true);
    moved.observe(box, { subtree: true, attributeFilter: ["aria-valuenow"] });
  };
  const arrived = new ResizeObserver(findSliders);

  // Frames are made ahead for the figures that the reader sees, or will see a screen further.
  let isNear = false;
  const near = new IntersectionObserver(
    (entries) => {
      if (entries.at(-1).isIntersecting === isNear) return;
      isNear = !isNear;
      model.send({ views: isNear ? 1 : -1 });
    },
    { rootMargin: "100%", scrollMargin: "100%" },
  );

  // Notebook 7 takes arrow keys for its own before a slider sees them. It leaves them alone under
  // their short names, which the sliders know as well.
  const keepArrows = (event) => {
    if (!event.key.startsWith("Arrow") || !event.target.matches?.(".noUi-handle")) return;
    if (!box?.contains(event.target)) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const key = event.key.slice("Arrow".length);
    event.target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  };

  setStage();
  stage.show(addLast()); // if the kernel is at an error, the last good picture is still seen
  settle();
  arrived.observe(el);
  window.addEventListener("keydown", keepArrows, true);
  model.on("change:still", setStage);
  model.on("change", settle);
  model.on("msg:custom", receive);
  near.observe(el);

  return () => {
    stage.close();
    near.disconnect();
    clearTimeout(waiting);
    arrived.disconnect();
    window.removeEventListener("keydown", keepArrows, true);
    moved.disconnect();
    box?.removeEventListener("pointerdown", takeHand, true);
    box?.removeEventListener("keydown", takeHand, true);
    explorer?.removeEventListener("click", holdPress, true);
    URL.revokeObjectURL(url);
    model.off("change:still", setStage);
    model.off("change", settle);
    model.off("msg:custom", receive);
    if (isNear) model.send({ views: -1 });
  };
}

export default { render };
