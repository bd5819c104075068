/** The elements of the view inside the model, as HTML. */

/** Colours that the style sheet gives to elements of these names, for canvases to be painted in. */
export const HUES = ["above", "zero", "below", "accent", "ink", "line"];

const legend = (name) => `
  <div class="dp-in-legend" data-in="${name}">
    <i></i><b data-in="${name}Low"></b><b>0</b><b data-in="${name}High"></b>
  </div>`;

const EVIDENCE = `
<section class="dp-in-evidence" data-in="evidence" aria-label="Evidence">
  <h2 data-in="question"></h2>
  <figure>
    <canvas data-in="evidenceMap" tabindex="0" role="application"
      aria-roledescription="picture with places" aria-label="Evidence over the picture that the model saw"
      aria-description="Arrow keys point at a place and tell its number, Escape lets go."></canvas>
    ${legend("evidenceLegend")}
  </figure>
  <div>
    <p class="dp-in-choosers">
      <label>Why <select data-in="score"></select></label>
      <label>and not <select data-in="other"></select></label>
    </p>
    <p class="dp-in-story" data-in="story"></p>
    <table>
      <caption data-in="sumTitle"></caption>
      <tbody>
        <tr><th scope="row" data-in="aboveName"></th><td data-in="above"></td></tr>
        <tr><th scope="row" data-in="belowName"></th><td data-in="below"></td></tr>
        <tr><th scope="row" data-in="biasName"></th><td data-in="bias"></td></tr>
      </tbody>
      <tfoot><tr><th scope="row" data-in="totalName"></th><td data-in="total"></td></tr></tfoot>
    </table>
    <p class="dp-in-fault" data-in="fault" hidden></p>
    <p class="dp-in-note" data-in="exact"></p>
    <p class="dp-in-place" data-in="place"></p>
  </div>
</section>`;

const LAYERS = `
<section class="dp-in-layers" data-in="layers" aria-label="Layers">
  <h2>Layer by layer</h2>
  <p class="dp-in-note">Every layer makes maps of the maps before it. Choose a layer, one of its maps, and a place on it.</p>
  <div class="dp-in-strip" data-in="strip" role="radiogroup" aria-label="Layer"></div>
  <div class="dp-in-tiles">
    <p class="dp-in-row"><strong data-in="layerName"></strong> <button type="button" data-in="layerSwitch"></button></p>
    <p class="dp-in-note" data-in="layerNote"></p>
    <canvas data-in="tiles" tabindex="0" role="application" aria-roledescription="maps"
      aria-description="Arrow keys choose a map."></canvas>
    <ol class="dp-in-scores" data-in="scores"></ol>
    ${legend("tilesLegend")}
  </div>
  <div class="dp-in-detail" data-in="detail">
  <div class="dp-in-unit">
    <p class="dp-in-row"><strong data-in="mapName"></strong> <button type="button" data-in="mapSwitch"></button></p>
    <figure class="dp-in-map" data-in="mapFigure">
      <figcaption data-in="mapTitle"></figcaption>
      <canvas data-in="map" tabindex="0" role="application" aria-roledescription="map"
        aria-description="Arrow keys point at a value and show how it comes about."></canvas>
    </figure>
    <figure>
      <figcaption>Where it looks in the picture</figcaption>
      <canvas data-in="field" role="img"></canvas>
    </figure>
    <figure data-in="filterFigure">
      <figcaption data-in="filterName"></figcaption>
      <canvas data-in="filter" role="img"></canvas>
      ${legend("filterLegend")}
    </figure>
  </div>
  <div class="dp-in-sum" data-in="sum">
    <h3 data-in="sumName"></h3>
    <p data-in="sumText"></p>
    <ol data-in="inputs"></ol>
    <p data-in="others"></p>
  </div>
  </div>
</section>`;

const BREAK = `
<section class="dp-in-break" data-in="broken" aria-label="Break it">
  <h2>Break it</h2>
  <p class="dp-in-note">Switch something off and see what the network says without it. A single map is switched off beside
    its picture above.</p>
  <fieldset><legend>Steps that prepare the drawing</legend><div data-in="steps"></div>
    <p class="dp-in-note" data-in="stepsNote"></p></fieldset>
  <fieldset><legend>Layers of the network</legend><div data-in="stages"></div></fieldset>
</section>`;

export const TEMPLATE = `
<button type="button" data-in="look" aria-expanded="false">Look inside</button>
<p class="dp-in-message" data-in="message" role="status"></p>
<div class="dp-in-body" data-in="body" hidden>
  <div class="dp-in-banner" data-in="banner" hidden>
    <output data-in="altered" aria-live="off"></output>
    <p data-in="bannerText"></p>
    <button type="button" data-in="allOn">Switch all on</button>
  </div>
  ${EVIDENCE}${LAYERS}${BREAK}
  <p class="dp-unseen" data-in="announcement" role="status"></p>
  ${HUES.map((name) => `<i class="dp-in-hue" data-in="${name}Hue"></i>`).join("")}
</div>`;
