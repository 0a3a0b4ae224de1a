// What moves is drawn over a still picture, from frames: packed vertices, texts and a sentence.
// `pack` in vertices.py writes what `Frames` reads.

export const FONT = "Figure DejaVu Sans";
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

export function setFont(context, look) {
  const weight = look.bold ? "bold " : "";
  context.font = `${weight}${look.size}px "${FONT}", "DejaVu Sans", Verdana, sans-serif`;
}

const draw = {
  path(context, look, points) {
    const path = new Path2D();
    trace(path, points);
    paint(context, look, path);
  },

  // Each point is painted by itself, so that points lying on each other look darker. Like
  // matplotlib, it stands on a whole pixel of the screen, and so do the sides of a square.
  points(context, look, points) {
    const scale = context.getTransform().a;
    const odd = look.snaps ? (Math.round(look.width * scale) % 2) / 2 : 0;
    const side = (length) => (look.snaps ? Math.round(length * scale) + odd : length * scale);
    const place = (units) => Math.round((units / UNITS) * scale) + (look.snaps ? 0 : 0.5);
    const marker = new Path2D();
    for (const [x, y] of look.marker) marker.lineTo(side(x) / scale, side(y) / scale);
    marker.closePath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [place(points[i]) / scale, place(points[i + 1]) / scale];
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
    if (look.rim) {
      context.strokeStyle = "white";
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeText(words, x, y);
    }
    context.fillText(words, x, y);
  },
};

// Where what moves lies in a narrow page; `_moves` in narrow.py says how.
export function moved(context, look, data) {
  const { kind, map: [a, b, c, d], before } = look;
  if (kind !== "text") {
    const [right, down] = [b * UNITS, d * UNITS];
    return Float32Array.from(data, (v, i) => (v === BREAK ? v : i % 2 ? c * v + down : a * v + right));
  }
  const [x, y, words] = data;
  const [share, times] = before;
  const left = (size) => { // letters are fitted to pixels at each size, so it does not grow with it
    setFont(context, { ...look, size });
    return share * context.measureText(words).width;
  };
  const [there, here] = [left(times * look.size), left(look.size)];
  return [a * (x + there) + b - here, c * y + d, words];
}

export function drawFrame(context, looks, frame) {
  let [shape, image, text] = [0, 0, 0];
  for (const look of looks) {
    let data;
    if (look.kind === "text") data = frame.texts[text++];
    else if (look.kind === "image") data = frame.images[image++];
    else data = frame.shapes[shape++];
    context.save();
    if (look.kind === "text") setFont(context, look);
    if (look.map) data = moved(context, look, data);
    if (look.clip) {
      context.beginPath();
      context.rect(...look.clip);
      context.clip();
    }
    context.globalAlpha = look.alpha;
    context.fillStyle = look.fill ?? "transparent";
    context.strokeStyle = look.stroke ?? "transparent";
    context.lineWidth = look.width ?? 0;
    context.lineCap = look.cap ?? "butt";
    context.lineJoin = look.join ?? "miter";
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
        this.set(head.key, { error: head.error, once: head.once, printed: head.printed });
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
      const { key, t: texts, sentence, once, printed } = head;
      this.set(key, { shapes, images, texts, sentence, once, printed });
    }
  }
}
