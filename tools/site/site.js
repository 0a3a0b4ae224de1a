// The figures of a page move: their frames come from a file, their positions are kept in the page's
// address. `pack` in bn_lib/live/export.py writes what `Store` reads.

import { Figure } from "./figure.js";

const NEAR = "800px"; // a figure's frames are loaded when it is that close to the screen
const REST = 250; // ms without a move before the address changes; browsers allow few changes

// All frames of a figure, put together from parts when they are shown.
class Store {
  constructor(buffer) {
    const view = new DataView(buffer);
    let at = 4;
    const take = (bytes) => buffer.slice(at, (at += bytes));
    const head = JSON.parse(new TextDecoder().decode(take(view.getUint32(0, true))));
    const numbers = () => new Uint16Array(take(2 * head.frames));
    const columns = (kind) => head[kind].map((parts) => ({ parts, at: numbers() }));
    this.shapes = columns("shapes");
    this.images = columns("images");
    this.texts = columns("texts");
    this.words = { parts: head.words, at: numbers() };

    const count = (buffer.byteLength - at) / 2;
    const [low, high] = [new Uint8Array(buffer, at, count), new Uint8Array(buffer, at + count)];
    const values = new Int16Array(count);
    for (let i = 0; i < count; i++) values[i] = low[i] | (high[i] << 8);
    let start = 0;
    for (const column of [...this.shapes, ...this.images]) {
      let before = [];
      column.parts = column.parts.map((length) => {
        const now = values.subarray(start, (start += length));
        if (before.length === length) for (let i = 0; i < length; i++) now[i] += before[i];
        return (before = now);
      });
    }
  }

  frame(i) {
    const part = (column) => column.parts[column.at[i]];
    const words = part(this.words);
    if (words.error) return words;
    const bytes = ({ buffer, byteOffset, byteLength }) =>
      new Uint8ClampedArray(buffer, byteOffset, byteLength);
    return {
      shapes: this.shapes.map(part),
      images: this.images.map((column) => bytes(part(column))),
      texts: this.texts.map(part),
      sentence: words,
    };
  }

  static async load(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    const unpacked = response.body.pipeThrough(new DecompressionStream("gzip"));
    return new Store(await new Response(unpacked).arrayBuffer());
  }
}

// A figure of the page.
class Live {
  constructor(root) {
    this.root = root;
    this.about = JSON.parse(root.querySelector("script").textContent);
    this.start = this.about.at;
    this.knobs = this.about.knobs;
    const hand = { moved: () => this.follow(), pressed() {}, near() {}, narrow() {} };
    this.figure = new Figure(root.querySelector(".panel"), this.about, hand);
    this.setStage("");
  }

  // With the addresses of what stands still, which end in this; without, it is not loaded.
  setStage(end) {
    const { size, looks, narrow, files } = this.about;
    const still = (name) => end && `${files}-${name}${end}`;
    const full = { size, looks, still: still("still") };
    this.figure.setStage(full, { ...narrow, still: still("narrow") });
  }

  // Sets knobs, given by their names; those that are not named go back to the start.
  go(position) {
    this.figure.place(this.knobs.map(({ name }, i) => position[name] ?? this.start[i]));
    this.follow();
  }

  follow() {
    this.show();
    remember();
  }

  show() {
    if (!this.store) return this.live();
    const { at } = this.figure;
    this.figure.show(this.store.frame(this.knobs.reduce((n, { words }, i) => n * words.length + at[i], 0)));
  }

  // Loads what the figure needs; without it, the page shows what it shows without scripts.
  async live() {
    if (this.loading) return;
    this.loading = true;
    const { first, files } = this.about;
    this.setStage(".png");
    if (this.figure.at.join() === this.start.join()) this.figure.show(first);
    try {
      this.store = await Store.load(`${files}.bin`);
      this.show();
      this.root.dataset.ready = "";
    } catch (error) {
      this.root.classList.add("still");
      throw error;
    }
  }
}

// ---------------------------------------------------------------- the page's address

// #2.gamma=1.756&2.beta=2.93: by figure, the knobs that are not at their start.
function written() {
  const address = new URLSearchParams();
  for (const { about, knobs, start, figure } of figures) {
    knobs.forEach(({ name, words }, i) => {
      const at = figure.at;
      if (at[i] !== start[i]) address.set(`${about.number}.${name}`, words[at[i]]);
    });
  }
  return address.toString();
}

let resting;

function remember() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    const words = written();
    const place = location.pathname + location.search;
    history.replaceState(history.state, "", words ? `${place}#${words}` : place);
  }, REST);
}

// Goes where the address says; what it does not know it leaves out. Returns the figures it moved.
function recall() {
  const address = new URLSearchParams(location.hash.slice(1));
  const found = figures.map(({ about, knobs }) => {
    const position = {};
    for (const { name, words } of knobs) {
      const at = words.indexOf(address.get(`${about.number}.${name}`));
      if (at >= 0) position[name] = at;
    }
    return position;
  });
  const moved = figures.filter((_, i) => Object.keys(found[i]).length);
  if (moved.length) figures.forEach((figure, i) => moved.includes(figure) && figure.go(found[i]));
  return moved;
}

const figures = [...document.querySelectorAll(".figure")].map((root) => new Live(root));
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      figures.find(({ root }) => root === target).live();
    }
  },
  { rootMargin: NEAR },
);
const [first] = recall();
if (first && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  first.root.scrollIntoView({ block: "center" }); // someone has sent this address
}
figures.forEach(({ root }) => near.observe(root));
window.addEventListener("hashchange", recall);

// ---------------------------------------------------------------- questions and answers

// A guess is kept by its question, for the next visit of the page; not every browser allows it.
const keeper = {
  get(question) {
    try {
      return localStorage.getItem(question);
    } catch {
      return null;
    }
  },
  set(question, guess) {
    try {
      localStorage.setItem(question, guess);
    } catch {
      // then it is forgotten
    }
  },
};

// Until a guess is made the answer is folded, with what each choice is told; then it unfolds, with
// what is told to this one.
for (const answer of document.querySelectorAll(".answer")) {
  const name = answer.dataset.question;
  const question = document.querySelector(`.question[data-question="${name}"]`);
  if (!question) continue;
  const asked = question.querySelector("legend").textContent;
  const truth = answer.querySelector("b").textContent;
  const told = (guess) => {
    const verdict = guess === truth ? "right ✓" : "not this time ✗";
    answer.open = true;
    answer.querySelector(".verdict").textContent = `Your guess: ${guess}, ${verdict}`;
    for (const reply of answer.querySelectorAll(".reply")) {
      reply.hidden = reply.querySelector("dt").textContent !== guess;
    }
    question.querySelector(".kept").textContent = "Your guess is kept. The answer comes below.";
  };
  for (const label of question.querySelectorAll("label")) {
    const guess = label.querySelector("span").textContent;
    const input = label.querySelector("input");
    input.oninput = () => {
      keeper.set(asked, guess);
      told(guess);
    };
    if (keeper.get(asked) === guess) {
      input.checked = true;
      told(guess);
    }
  }
}
