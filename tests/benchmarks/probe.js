// Watches a notebook's page: when did the slider's event come, when had the pixels changed.
(selector) => {
  const small = new OffscreenCanvas(450, 175);
  const context = small.getContext("2d", { willReadFrequently: true });

  // What is to be seen at `selector`, as a number or string that changes with it; null: nothing.
  const signature = () => {
    const seen = document.querySelector(selector);
    if (seen === null) return null;
    if (seen instanceof HTMLImageElement) {
      return seen.complete && seen.naturalWidth > 0 ? seen.src : null;
    }
    if (!(seen instanceof HTMLCanvasElement)) return seen.textContent;
    context.clearRect(0, 0, small.width, small.height);
    context.drawImage(seen, 0, 0, small.width, small.height);
    const words = new Uint32Array(context.getImageData(0, 0, small.width, small.height).data.buffer);
    let hash = 0x811c9dc5;
    for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
    return hash;
  };

  const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const output = document.querySelector(".jp-OutputArea");
  let watching = false;
  let [inputs, changes, heights] = [[], [], new Set()];
  let last = signature();

  const look = () => {
    if (!watching) return;
    const now = performance.now();
    const seen = signature();
    heights.add(output.offsetHeight);
    if (seen !== null && seen !== last) {
      last = seen;
      changes.push(now);
    }
    requestAnimationFrame(look);
  };

  const note = () => watching && inputs.push(performance.now());
  window.noteKey = note;
  document.addEventListener("pointermove", note, true);

  window.probe = {
    signature,
    start() {
      [inputs, changes, heights] = [[], [], new Set()];
      last = signature();
      watching = true;
      requestAnimationFrame(look);
    },
    // Resolves when the pixels have changed, and then stood still for `quiet` milliseconds, while
    // the kernel has nothing to do.
    settled(quiet, patience = 20000) {
      const began = performance.now();
      return new Promise((resolve) => {
        const check = () => {
          const latest = Math.max(changes.at(-1) ?? Infinity, inputs.at(-1) ?? 0);
          const now = performance.now();
          const idle = session.kernel.status === "idle";
          if ((idle && now - latest > quiet) || now - began > patience) resolve();
          else setTimeout(check, 20);
        };
        check();
      });
    },
    stop() {
      watching = false;
      return { inputs, changes, heights: [...heights], signature: signature() };
    },
  };
};
