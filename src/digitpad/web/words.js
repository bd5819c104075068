/**
 * The sentences shared with Python. The value after `WORDS =` is JSON, which `digitpad.words` reads, so both use the
 * same sentences; names in braces are replaced by values. Lists of more than `named` digits are only counted, and
 * probabilities within `nearly` of 0 or 1 are not rounded to 0 % or 100 %.
 */
export const WORDS = {
  "limits": {
    "named": 4,
    "nearly": 0.0005
  },
  "headline": {
    "blank": "Blank",
    "not a digit": "Not a digit",
    "several digits": "Several digits",
    "unsure": "Unsure: {candidates}",
    "digit": "{confidence} confident",
    "number": "{count} found, all sure",
    "doubtful number": "{count} found, {doubtful} doubtful",
    "nothing": "Nothing was read"
  },
  "reason": {
    "blank": "Nothing stands out from the paper.",
    "not a digit": "It does not look like a digit; the closest is {closest}.",
    "several digits": "There is more than one digit here. Draw one at a time, or read it as a page.",
    "isolated": "Read apart from the other marks on the paper. {reason}",
    "unsure": "It is not clear enough to be sure; the next best is {next}.",
    "unsure between": "It could also be {others}.",
    "digit": "No other digit comes close.",
    "digit rather than": "It could also be {others}, but that is much less likely."
  },
  "page": {
    "too dark": "The picture is too dark. Take it again with more light.",
    "too small": "The picture is too small. Digits should be at least {least} px high.",
    "blurred": "No digits were found. The page is empty, its digits are less than {least} px high, or the picture is blurred: move closer, and hold the camera still.",
    "upside down": "The picture seems to be upside down. Turn it around.",
    "too many": "There may be more than {most} digits. Read the page in parts.",
    "refused": "What was found is not a digit.",
    "no digits": "No digits were found. If there are some, move closer: they have to be at least {least} px high."
  },
  "live": {
    "steady": "Each digit was read the same way in at least {least} of the last {of} pictures.",
    "rate": "{perSecond} pictures a second"
  },
  "list": {
    "any of": "one of {count} digits",
    "any other of": "one of {count} other digits",
    "or": "{first} or {last}"
  },
  "probability": {
    "nearly 1": ">99.9 %",
    "nearly 0": "<0.1 %",
    "other": "{percent} %"
  }
};
