/** The elements of a pad, as HTML. */

import { NAMES, SEEN_SIDE, THUMB_SIDE } from "./steps.js";

const BRUSH = { min: 6, max: 48, start: 22 };

const BARS = Array.from({ length: 10 }, (_, digit) => `<li><span>${digit}</span><em><i></i></em><b></b></li>`).join("");

const STEPS = NAMES.map(
  (name) =>
    `<li><canvas width="${THUMB_SIDE}" height="${THUMB_SIDE}" aria-hidden="true"></canvas>` +
    `<strong>${name}</strong><small></small></li>`,
).join("");

export const TEMPLATE = `
<div class="dp-board">
  <section class="dp-draw" aria-label="Drawing">
    <div class="dp-modes" data-dp="modes" role="radiogroup" aria-label="What to draw" hidden>
      <button type="button" role="radio" data-mode="digit">One digit</button>
      <button type="button" role="radio" data-mode="number">Number</button>
    </div>
    <div class="dp-sheet">
      <canvas data-dp="pad" tabindex="0" role="application" aria-label="Drawing pad"></canvas>
      <video data-dp="video" aria-label="What the camera sees" muted playsinline hidden></video>
      <div class="dp-overlay" data-dp="overlay" aria-hidden="true">
        <div class="dp-boxes" data-dp="boxes"></div>
        <div class="dp-frame" data-dp="frame" hidden></div>
      </div>
      <span class="dp-cursor" data-dp="cursor" hidden></span>
      <span class="dp-light" data-dp="light" hidden>The camera is on</span>
    </div>
    <div class="dp-tools" data-dp="liveTools" hidden>
      <button type="button" data-dp="take">Take a picture</button>
      <button type="button" data-dp="stop" title="Esc">Stop camera</button>
    </div>
    <div class="dp-tools" data-dp="tools">
      <button type="button" data-dp="undo" title="Ctrl+Z">Undo</button>
      <button type="button" data-dp="clear" title="Esc">Clear</button>
      <button type="button" data-dp="open" title="Or drop or paste a picture">Open…</button>
      <button type="button" data-dp="copy">Copy PNG</button>
      <button type="button" data-dp="photo" hidden>Photo…</button>
      <button type="button" data-dp="camera" hidden>Camera</button>
      <input data-dp="file" type="file" accept="image/*" hidden>
      <input data-dp="shot" type="file" accept="image/*" capture="environment" hidden>
    </div>
    <div class="dp-tools" data-dp="pictureTools" hidden>
      <button type="button" data-dp="rotate" title="R">Rotate</button>
      <button type="button" data-dp="zoomOut" title="−" aria-label="Zoom out">−</button>
      <button type="button" data-dp="zoomIn" title="+" aria-label="Zoom in">+</button>
      <button type="button" data-dp="part" title="Enter"></button>
    </div>
    <label class="dp-brush" data-dp="brushTools">Brush <input data-dp="brush" type="range" min="${BRUSH.min}"
      max="${BRUSH.max}" value="${BRUSH.start}" title="[ and ]"></label>
    <p class="dp-message" data-dp="message" role="status"></p>
  </section>
  <section class="dp-headline" aria-label="Answer">
    <output class="dp-digit" data-dp="digit" aria-live="off"></output>
    <div class="dp-number" data-dp="number" role="radiogroup" aria-label="The digits that were read" hidden></div>
    <div class="dp-words">
      <p class="dp-confidence" data-dp="confidence"></p>
      <p class="dp-reason" data-dp="reason"></p>
      <p class="dp-time" data-dp="time"></p>
      <p class="dp-export" data-dp="export" hidden>Copy as
        <button type="button" data-form="text">text</button>
        <button type="button" data-form="CSV">CSV</button>
        <button type="button" data-form="JSON">JSON</button>
      </p>
    </div>
    <div class="dp-correct" data-dp="correct" hidden></div>
    <p class="dp-unseen" data-dp="announcement" role="status"></p>
  </section>
  <ol class="dp-bars" data-dp="bars" start="0" aria-label="Probability of each digit">${BARS}</ol>
  <section class="dp-saw" aria-label="What the model saw">
    <figure>
      <canvas data-dp="seen" width="${SEEN_SIDE}" height="${SEEN_SIDE}" role="img"
        aria-label="The 28 by 28 pixel picture that the model saw"></canvas>
      <figcaption>What the model saw</figcaption>
    </figure>
    <ol class="dp-steps" data-dp="steps" aria-label="Steps from the drawing to that picture">${STEPS}</ol>
  </section>
  <section class="dp-inside" data-dp="inside"></section>
  <section class="dp-recents" data-dp="recents" aria-label="Recent drawings" hidden>
    <h2>Recent drawings</h2>
    <ul data-dp="recent"></ul>
  </section>
</div>
`;
