// Runs in the page of the site: reads a drawn 7 `count` times through the reader's worker and returns the milliseconds.
async ({ count }) => {
  const worker = new Worker("web/reader.js", { type: "module" });
  const ask = (message) => {
    worker.postMessage(message);
    return new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
  };
  await ask(JSON.parse(document.querySelector("#reader").textContent));
  const canvas = Object.assign(document.createElement("canvas"), { width: 140, height: 140 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 140, 140);
  context.lineWidth = 11;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of [[40, 35], [100, 35], [65, 110]]) context.lineTo(x, y);
  context.stroke();
  const times = [];
  for (let id = 0; id < count; id += 1) {
    const started = performance.now();
    const { data } = context.getImageData(0, 0, 140, 140);
    const { answer } = await ask({ id, kind: "drawing", width: 140, height: 140, pixels: new Uint8Array(data.buffer) });
    times.push(performance.now() - started);
    if (answer.digit !== 7) throw new Error(`a 7 was read as ${answer.digit}`);
  }
  return times;
}
