// A live figure in a notebook: where its knobs are, the kernel knows; frames that the kernel has sent
// ahead are shown at once, and for others it is asked.

import { Frames } from "./drawing.js";
import { Figure, bringFont } from "./figure.js";

const PATIENCE = 1500; // ms until words say that the kernel does not answer, and it is asked again
const LEASE = 2000; // ms from one word that a hand is near to the next
const ABOUT = ["knobs", "buttons", "at"]; // what a figure is made from

// A copy, since a buffer from the kernel need not start at an even address.
const copyOf = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

function render({ model, el }) {
  const words = model.get("words");
  const frames = new Frames();
  const urls = {}; // of what stands still, in a full page and in a narrow one
  let [shownFrame, shownKey] = [null, null];
  let outdated = false; // a cell has run: the next move asks for the picture, even of this place
  let asked = null; // the position that the kernel was asked for and has not answered yet
  let missing = null; // since when the picture of the knobs' position is missing
  let patience = PATIENCE;
  let begun = {}; // the call that the kernel is at
  let running = null; // since when a cell runs
  let dropped = false; // its frames, when it ends
  let ended = null; // why there is no kernel
  let [asking, checking, leasing] = [];

  const key = () => figure.at.join();

  // What stays on the screen is the value of the knobs: from the frames, or the kernel is asked.
  const follow = () => {
    const frame = frames.get(key());
    if (frame) {
      if (frame !== shownFrame) figure.show(frame);
      [shownFrame, shownKey] = [frame, key()];
      if (frame.once) frames.delete(shownKey);
    }
    if (key() === shownKey) {
      [missing, patience] = [null, PATIENCE];
    } else {
      missing ??= performance.now();
      asking ??= setTimeout(ask); // when the hand has let go, which tells the kernel by itself
    }
    check();
  };

  const ask = () => {
    asking = undefined;
    if (ended || asked !== null || key() === shownKey) return;
    asked = key();
    model.send({ ask: asked });
  };

  const moved = (atRest) => {
    if (outdated) [shownKey, outdated] = [null, false];
    if (atRest && key() !== model.get("at").join()) {
      if (!frames.has(key())) asked = key(); // its picture will come with the answer
      model.set("at", [...figure.at]);
      model.save_changes();
    }
    follow();
  };

  // How far the picture is to be believed, now and when some time has passed.
  const check = () => {
    clearTimeout(checking);
    const now = performance.now();
    const after = (start, delay, then) => {
      if (now >= start + delay) return then();
      checking = setTimeout(check, start + delay - now + 1);
    };
    figure.waits = missing !== null;
    let [said, isStale] = [model.get("note"), false];
    const say = (word) => ([said, isStale] = [words[word], word !== "before"]);
    if (ended) say(ended);
    else if (missing !== null && begun.key === key()) after(begun.at, 200, () => say("computing"));
    else if (missing !== null && running !== null) after(missing, 200, () => say("running"));
    else if (missing !== null) {
      after(missing, PATIENCE, () => {
        say("silent");
        after(missing, patience, askAgain);
      });
    } else if (running !== null && frames.size > 1) after(running, 500, () => say("before"));
    figure.say(said, isStale);
  };

  const askAgain = () => {
    patience *= 2;
    asked = null;
    ask();
    check();
  };

  // The kernel says what is to be seen where.
  const settle = () => {
    const { head, data } = model.get("frame");
    const [here, error, printed] = ["shown", "error", "printed"].map((name) => model.get(name));
    if (error) frames.set(here, { error, printed });
    else if (head?.key === here) frames.add([head], copyOf(data));
    asked = null;
    follow();
  };

  const adopt = () => {
    if (model.get("at").join() === key()) return;
    figure.place(model.get("at"));
    follow();
  };

  const receive = (message, buffers) => {
    if (message.begun !== undefined) begun = { key: message.begun, at: performance.now() };
    if (message.running === true) running = performance.now();
    if (message.running === false) running = null;
    if (message.forget || dropped) {
      dropped = running !== null; // frames stay in use while a cell runs, and words say so
      if (!dropped) frames.clear();
      outdated = true;
    }
    if (message.replaced) end("replaced");
    if (message.heads) {
      frames.add(message.heads, copyOf(buffers[0]));
      if (message.heads.some((head) => head.key === asked)) asked = null;
      follow();
    }
    check();
  };

  const end = (why) => {
    if (ended === "replaced") return;
    if (Boolean(ended) !== Boolean(why)) figure.disable(Boolean(why));
    ended = why;
    if (!why) figure.setButtons(model.get("buttons"));
    check();
  };

  // Whether there is a kernel, as far as the widget's manager tells.
  let lived = false;
  const checkLife = async () => {
    const own = await model.widget_manager?.get_model?.(model.get("name"));
    if (own?.comm_live === false) end(lived ? "gone" : "saved");
    else end(null);
    lived ||= own?.comm_live !== false;
  };

  // Calls ahead are made only while a hand is near; the kernel lets it lapse if it hears no more.
  const near = (isNear) => {
    clearInterval(leasing);
    const send = () => ended || document.hidden || model.send({ near: isNear });
    if (isNear) leasing = setInterval(send, LEASE);
    send();
  };

  const addressOf = (name, still) => {
    URL.revokeObjectURL(urls[name]);
    return (urls[name] = URL.createObjectURL(new Blob([still], { type: "image/png" })));
  };

  const setStage = () => {
    if (!model.get("still").byteLength) return; // a replaced figure's is set free
    const [size, looks, narrow] = ["size", "looks", "narrow"].map((name) => model.get(name));
    const full = { size, looks, still: addressOf("full", model.get("still")) };
    figure.setStage(full, narrow.size && { ...narrow, still: addressOf("narrow", narrow.still) });
  };

  const narrow = () => model.get("narrow").size || ended || model.send({ narrow: true });
  const pressed = (press) => model.send({ press });
  const about = { words, ...Object.fromEntries(ABOUT.map((name) => [name, model.get(name)])) };
  const figure = new Figure(el, about, { moved, pressed, near, narrow });
  const setButtons = () => ended || figure.setButtons(model.get("buttons"));
  const setProgress = () => model.get("progress").words && figure.setProgress(model.get("progress"));
  bringFont(model.get("font"));
  setStage();
  const { head, data } = model.get("frame");
  if (head) frames.add([head], copyOf(data));
  if (head) figure.show(frames.get(head.key)); // if the kernel is at an error, the last good one
  settle();
  setProgress();
  const listeners = {
    "change:still": setStage,
    "change:narrow": setStage,
    "change:buttons": setButtons,
    "change:progress": setProgress,
    "change:at": adopt,
    "change:shown": settle,
    "change:frame": settle,
    "change:error": settle,
    "msg:custom": receive,
    "change:note": check,
    comm_live_update: checkLife,
  };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);
  checkLife();

  return () => {
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
    near(false);
    clearTimeout(asking);
    clearTimeout(checking);
    figure.close();
    Object.values(urls).forEach((url) => URL.revokeObjectURL(url));
  };
}

export default { render };
