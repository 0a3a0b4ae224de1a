// A live figure in a notebook or a page: buttons and knobs, a sentence, the picture.

import { FONT, drawFrame } from "./drawing.js";

const PADDING = 2; // pixels around a figure, for the outline of what has the focus
// Of its full width: below the first share a figure's type would be smaller than 9 pixels, and it is
// laid out for a narrow page; it comes back above the other, which no scroll bar bridges.
const [NARROW, FULL] = [0.65, 0.7];
const PLAY = 8000; // ms in which a knob that plays goes from end to end

function element(tag, className, parent, properties = {}) {
  const made = Object.assign(document.createElement(tag), { className, ...properties });
  parent.append(made);
  return made;
}

// The font in which matplotlib has laid the words out; a page needs it once.
export function bringFont(faces) {
  for (const [face, source] of Object.entries(faces)) {
    const weight = face === "bold" ? "bold" : "normal";
    const known = [...document.fonts].some((f) => f.family === FONT && f.weight === weight);
    if (!known) document.fonts.add(new FontFace(FONT, source, { weight }));
  }
}

// What Jupyter does with keys while the focus is in a figure; all others are the figure's.
const isForJupyter = ({ key, shiftKey, ctrlKey, altKey, metaKey }) =>
  key === "Escape" || ctrlKey || altKey || metaKey || (shiftKey && key === "Enter");

const numberOf = (words) => Number(words.trim().replace("−", "-").replace(",", "."));

// Buttons and knobs, a sentence, and the picture: still part and moving part. `hand.moved(atRest)`
// is called when the hand has moved a knob, `hand.pressed(name)` for buttons that move none,
// `hand.near(whether)` when it comes or goes, and `hand.narrow()` when the page has become narrow.
export class Figure {
  constructor(parent, { knobs, buttons, at, words }, hand) {
    Object.assign(this, { parent, knobs, words, hand, at: [...at], isNarrow: false });
    this.root = element("div", "bn-figure", parent);
    this.buttons = element("div", "bn-buttons", this.root);
    this.setButtons(buttons);
    const grid = element("div", "bn-knobs", this.root);
    this.controls = knobs.map((knob, i) => knob.kind !== "button" && this[knob.kind](grid, knob, i));
    this.sentence = element("p", "bn-sentence", this.root);
    this.stage = element("div", "bn-stage", this.root);
    this.still = element("img", "bn-still", this.stage, { alt: "" });
    this.canvas = element("canvas", "bn-moving", this.stage, { role: "img" });
    this.status = element("p", "bn-status", this.stage, { role: "status" });
    this.printed = element("pre", "bn-printed", this.root, { hidden: true, tabIndex: 0 });
    this.spoken = element("p", "bn-spoken", this.root, { role: "status" });
    this.context = this.canvas.getContext("2d");
    this.sentence.setAttribute("aria-hidden", "true"); // `spoken` says it, once the hand rests
    this.watcher = new ResizeObserver(() => this.arrange());
    this.watcher.observe(this.stage);
    this.watcher.observe(parent);
    this.fontCame = () => this.redraw();
    document.fonts.addEventListener("loadingdone", this.fontCame);
    this.place(at);
    this.feelHand();
  }

  // ------------------------------------------------------------ knobs and buttons

  slider(grid, { label, words, plays }, i) {
    const row = element("div", "bn-knob", grid);
    const name = element("label", "bn-label", row);
    element("span", "", name, { textContent: label });
    const range = element("input", "bn-range", name, { type: "range", min: 0, max: words.length - 1 });
    const readout = element("input", "bn-readout", row, { type: "text", autocomplete: "off" });
    readout.style.width = `${Math.max(...words.map((word) => word.length)) + 2}ch`;
    readout.setAttribute("aria-label", this.words.type.replace("{knob}", label));
    const set = (index, atRest) => this.move({ [i]: index }, atRest);
    range.oninput = () => set(Number(range.value), false);
    range.onchange = () => set(Number(range.value), true);
    readout.onfocus = () => readout.select();
    readout.onchange = () => {
      const value = numberOf(readout.value);
      const away = words.map((word) => Math.abs(numberOf(word) - value));
      set(Number.isNaN(value) ? this.at[i] : away.indexOf(Math.min(...away)), true);
    };
    readout.onkeydown = ({ key }) => {
      if (key === "Escape") readout.value = words[this.at[i]];
    };
    const inputs = [range, readout];
    if (plays && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const button = element("button", "bn-play", row, { type: "button" });
      button.onclick = () => (this.playing ? this.halt() : this.play(i, button));
      this.sayPlay(button, this.words.play, label);
      inputs.push(button);
    }
    const place = (index) => {
      range.value = index;
      range.setAttribute("aria-valuetext", words[index]);
      readout.value = words[index];
    };
    return { inputs, place };
  }

  menu(grid, { label, words }, i) {
    const row = element("label", "bn-knob bn-label", grid);
    element("span", "", row, { textContent: label });
    const select = element("select", "", row);
    words.forEach((word, value) => element("option", "", select, { textContent: word, value }));
    select.onchange = () => this.move({ [i]: Number(select.value) }, true);
    return { inputs: [select], place: (index) => (select.value = index) };
  }

  checkbox(grid, { label }, i) {
    const row = element("label", "bn-knob bn-label", grid);
    const box = element("input", "", row, { type: "checkbox" });
    element("span", "", row, { textContent: label });
    box.onchange = () => this.move({ [i]: Number(box.checked) }, true);
    return { inputs: [box], place: (index) => (box.checked = Boolean(index)) };
  }

  setButtons(buttons) {
    buttons.forEach((about, i) => {
      const button = this.buttons.children[i] ?? element("button", "", this.buttons, { type: "button" });
      button.textContent = about.name;
      button.classList.toggle("bn-counts", "count" in about);
      button.disabled = about.enabled === false;
      if ("on" in about) button.setAttribute("aria-pressed", about.on);
      button.onclick = () => {
        if (about.at) this.move(about.at, true);
        else if ("count" in about) this.move({ [about.count]: this.next(about.count) }, true);
        else this.hand.pressed(about.name);
      };
    });
  }

  // The next count of a button; without a kernel there are only some, and it starts over.
  next(i) {
    const { words } = this.knobs[i];
    return words.length ? (this.at[i] + 1) % words.length : this.at[i] + 1;
  }

  // The hand sets knobs, given by their numbers.
  move(indices, atRest) {
    for (const [i, index] of Object.entries(indices)) this.at[i] = index;
    this.place(this.at);
    if (!this.stepping) this.halt();
    this.hand.moved(atRest);
  }

  place(at) {
    this.at = [...at];
    this.controls.forEach((control, i) => control && control.place(at[i]));
  }

  play(i, button) {
    const { label, words } = this.knobs[i];
    const end = words.length - 1;
    const step = () => {
      if (this.waits) return; // for the picture of the last step
      const index = this.at[i] < end ? this.at[i] + 1 : 0;
      this.stepping = true;
      this.move({ [i]: index }, index === end);
      this.stepping = false;
      if (index === end) this.halt();
    };
    this.sayPlay(button, this.words.pause, label);
    const stop = () => this.sayPlay(button, this.words.play, label);
    this.playing = { timer: setInterval(step, Math.max(60, PLAY / words.length)), stop };
    step();
  }

  halt() {
    if (!this.playing) return;
    clearInterval(this.playing.timer);
    this.playing.stop();
    this.playing = null;
    this.hand.moved(true);
  }

  sayPlay(button, word, label) {
    button.textContent = word === this.words.play ? "▶" : "❚❚";
    button.setAttribute("aria-label", `${word}: ${label}`);
    button.title = word;
  }

  disable(whether) {
    this.halt();
    for (const { inputs } of this.controls.filter(Boolean)) {
      inputs.forEach((input) => (input.disabled = whether));
    }
    for (const button of this.buttons.children) button.disabled = whether;
  }

  // ------------------------------------------------------------ the hand

  feelHand() {
    let [over, focused, near] = [false, false, false];
    const tell = () => near !== (over || focused) && this.hand.near((near = !near));
    const feel = {
      pointerenter: () => tell((over = true)),
      pointerleave: () => tell((over = false)),
      focusin: () => tell((focused = true)),
      focusout: ({ relatedTarget }) => tell((focused = this.root.contains(relatedTarget))),
    };
    for (const [type, listener] of Object.entries(feel)) this.root.addEventListener(type, listener);
    // A key that is the figure's must reach neither a page's nor Jupyter's own commands, which
    // listen at the document before the figure does. What a slider, menu or button makes of it is
    // the browser's own doing, and happens all the same.
    this.guard = (event) => {
      if (!event.composedPath().includes(this.root) || isForJupyter(event)) return;
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", this.guard, true);
  }

  // ------------------------------------------------------------ what is seen

  // Takes what a full page shows: the figure's size, looks, and the address of what stands still;
  // and what of these is otherwise in a narrow page, if that is known.
  setStage(full, narrow) {
    const looks = narrow?.looks.map((look, i) => ({ ...full.looks[i], ...look }));
    [this.full, this.narrow, this.layout] = [full, narrow && { ...narrow, looks }, null];
    this.arrange();
  }

  arrange() {
    if (!this.full) return;
    const share = this.parent.clientWidth / this.full.size[0]; // 0 where it is not seen
    if (share && this.isNarrow !== share < (this.isNarrow ? FULL : NARROW)) {
      this.isNarrow = !this.isNarrow;
      if (this.isNarrow) this.hand.narrow();
    }
    const layout = (this.isNarrow && this.narrow) || this.full;
    if (layout !== this.layout) {
      this.layout = layout;
      this.root.classList.toggle("bn-narrow", layout === this.narrow);
      const { size, still, zoom = 1 } = layout;
      this.root.style.maxWidth = `${zoom * size[0] + 2 * PADDING}px`;
      this.stage.style.aspectRatio = `${size[0]} / ${size[1]}`;
      if (still) this.still.src = still; // it may be on its way; an empty one looks broken
    }
    this.redraw();
  }

  // Shows a frame; one with an error leaves the last good picture, dimmed, and says what is wrong.
  show(frame) {
    if (!frame.error) {
      this.frame = frame;
      this.redraw();
    }
    // A number and its unit stay on one line.
    const words = (frame.error || frame.sentence).replace(/(\d) (?=[%σ])/g, "$1\u00a0");
    this.root.classList.toggle("bn-wrong", Boolean(frame.error));
    this.sentence.textContent = words;
    this.canvas.setAttribute("aria-label", words);
    if (frame.printed) this.printed.hidden = false; // and so it stays: the height changes once
    this.printed.textContent = frame.printed ? `${this.words.printed}\n${frame.printed}` : "";
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.spoken.textContent = words), 400);
  }

  // Says over the picture how far it is to be believed; what is no longer true is dimmed.
  say(words, isStale) {
    if (this.status.textContent !== words) this.status.textContent = words;
    this.root.classList.toggle("bn-stale", isStale);
  }

  // How far a training is.
  setProgress({ share, words, state }) {
    this.root.classList.add("bn-training");
    this.bar ??= element("progress", "bn-bar", this.buttons);
    this.count ??= element("span", "bn-count", this.buttons);
    Object.assign(this.bar, { value: share, className: `bn-bar bn-${state}` });
    this.bar.setAttribute("aria-label", words);
    this.count.textContent = words;
  }

  redraw() {
    if (!this.frame || !this.layout) return;
    const [width, height] = this.layout.size;
    const across = this.stage.clientWidth * window.devicePixelRatio;
    const pixels = [Math.round(across), Math.round((across * height) / width)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
    }
    const scale = this.canvas.width / width;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.scale(scale, scale);
    drawFrame(this.context, this.layout.looks, this.frame);
  }

  close() {
    if (this.playing) clearInterval(this.playing.timer);
    clearTimeout(this.speaking);
    this.watcher.disconnect();
    document.fonts.removeEventListener("loadingdone", this.fontCame);
    window.removeEventListener("keydown", this.guard, true);
  }
}
