/** Evidence: what spoke for a digit and what against it, over the picture that the model saw. */

import { Chooser } from "./inside_chooser.js";
import { followCells } from "./inside_cursor.js";
import { EvidenceText } from "./inside_evidence_text.js";
import { paintEvidence } from "./inside_evidence_picture.js";
import { SIDE, describePlace, isOnInk, placeAt, sticksOut, toField, toSquare } from "./inside_place.js";
import { Sheet } from "./inside_sheet.js";
import { gather } from "./inside_sums.js";
import { nameScore, signed, write } from "./inside_words.js";

const HINT = "Point at a place of the picture, or press the arrow keys on it, to see its number and what it looks at.";

export class EvidencePanel {
  #find;
  #changed;
  #announce;
  #sheet;
  #chooser;
  #text;
  #explanation = null;
  #gathered = null;
  #pointed = null; // a place, [row, column]

  constructor({ find, changed, announce }) {
    [this.#find, this.#changed, this.#announce] = [find, changed, announce];
    this.#chooser = new Chooser({ find, changed });
    this.#text = new EvidenceText(find);
    this.#sheet = new Sheet(find("evidenceMap"), changed);
    followCells(find("evidenceMap"), {
      find: ([x, y]) => placeAt(this.#explanation.grid, [x * SIDE, y * SIDE]),
      size: () => this.#explanation.grid.shape.slice(0, 2),
      chosen: () => this.#pointed,
      choose: (place, isByKey) => this.#point(place, isByKey),
      lets: true,
    });
  }

  paint({ explanation, prediction }) {
    this.#explanation = explanation;
    const { score, other, next } = this.#chooser.choose(explanation, prediction);
    this.#gathered = gather(explanation, score, other);
    const scale = Math.max(...this.#gathered.places.map(Math.abs)) || 1;
    this.#text.show(explanation, this.#gathered, next);
    this.#showLegend(scale);
    write(this.#find("place"), this.#describe() ?? HINT);
    const [square, field] = this.#pointed ? [toSquare, toField].map((of) => of(explanation.grid, this.#pointed)) : [];
    paintEvidence(this.#sheet, explanation, { places: this.#gathered.places, scale, square, field });
  }

  #showLegend(scale) {
    const { score, other } = this.#gathered;
    const against = other === null ? `against ${nameScore(score)}` : `for ${nameScore(other)}`;
    write(this.#find("evidenceLegendLow"), `${signed(-scale)} ${against}`);
    write(this.#find("evidenceLegendHigh"), `for ${nameScore(score)} ${signed(scale)}`);
  }

  /** Forget what is pointed at, which is a place of another model. */
  forget() {
    this.#pointed = null;
  }

  close() {
    this.#sheet.close();
  }

  #point(place, isByKey) {
    this.#pointed = place;
    if (isByKey) this.#announce(this.#describe() ?? "");
    this.#changed();
  }

  /** The place that is pointed at, in words; null if there is none. */
  #describe() {
    if (!this.#pointed) return null;
    const { grid, seen, evidence } = this.#explanation;
    const [row, column] = this.#pointed;
    const [height, width] = grid.shape;
    const square = toSquare(grid, this.#pointed);
    const where = `Row ${row + 1}, column ${column + 1}, ${describePlace(grid, this.#pointed)}`;
    const { score, other, places } = this.#gathered;
    const at = row * width + column;
    const of = (index) => signed(evidence.data[index * height * width + at]);
    const ink = isOnInk(seen, square) ? "on the ink" : "on blank paper";
    if (other === null) return `${where}, ${ink}: ${of(score)} for ${nameScore(score)}. ${this.#describeField()}`;
    const [one, another] = [score, other].map(nameScore);
    const parts = `${one} gets ${of(score)}, ${another} ${of(other)}`;
    return `${where}, ${ink}: ${signed(places[at])} for ${one} rather than ${another} (${parts}). ${this.#describeField()}`;
  }

  #describeField() {
    const { grid } = this.#explanation;
    const { field } = grid;
    if (field === 1) return "It is a single pixel.";
    const outside = sticksOut(toField(grid, this.#pointed)) ? ", some of them outside of the picture" : "";
    return `It stands for what the network made of the framed ${field} × ${field} px around it${outside}.`;
  }
}
