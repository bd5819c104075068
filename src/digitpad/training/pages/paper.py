"""Paper and inks: colours, texture, stains, things beside the sheet, and ink laid on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages.bank import Bank
from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import field
from digitpad.training.pages.sheet import NO_CENTRE, Sheet

Picture = NDArray[np.float32]
"""float32 (side, side, 3), RGB, about 0 to 255; each function changes it in place."""

Colour = NDArray[np.float64]


def colour(chance: Chance) -> Colour:
    """The colour of paper: white, in dim light, cream, coloured, or a dark board."""
    rng = chance.rng
    match chance.kind(white=0.5, dim=0.3, cream=0.06, coloured=0.05, board=0.09):
        case "white":
            found = rng.uniform(225, 255) + rng.normal(0, 3, 3)
        case "dim":
            found = rng.uniform(130, 235) + rng.normal(0, 8, 3)
        case "cream":
            found = rng.uniform((200, 190, 140), (255, 245, 215))
        case "coloured":
            found = rng.uniform(90, 250, 3)
        case _:
            found = rng.uniform(8, 80) + rng.normal(0, 12, 3)
    return np.clip(found, 0, 255)


def ink(paper: Colour, chance: Chance, least: float = 45) -> Colour:
    """The colour of ink that differs from paper by at least so many levels in one channel."""
    rng = chance.rng
    for _ in range(20):
        match chance.kind(black=0.4, blue=0.25, red=0.1, pencil=0.13, any=0.12) if paper.mean() > 100 else "chalk":
            case "black":
                found = rng.uniform(0, 90) + rng.normal(0, 6, 3)
            case "blue":
                found = rng.uniform((0, 10, 90), (90, 110, 220))
            case "red":
                found = rng.uniform((130, 0, 0), (235, 80, 90))
            case "pencil":
                found = np.full(3, rng.uniform(70, 190))
            case "chalk" if chance.happens(0.7):
                found = rng.uniform(130, 255) + rng.normal(0, 10, 3)
            case _:
                found = rng.uniform(0, 255, 3)
        found = np.clip(found, 0, 255)
        if np.abs(found - paper).max() > least:
            return found
    return np.full(3, 0.0 if paper.mean() > 110 else 255.0)


def lay(picture: Picture, coverage: NDArray[np.uint8], tone: Colour, opacity: float = 1.0) -> None:
    """Lay ink of one colour on a picture; coverage is uint8 (side, side), 0 to 255."""
    if coverage.any():
        share = coverage.astype(np.float32)[..., None] * np.float32(opacity / 255)
        picture += share * (np.asarray(tone, np.float32) - picture)


def texture(picture: Picture, chance: Chance) -> None:
    """Fibres, clouds and streaks in the paper."""
    side = picture.shape[0]
    if chance.happens(0.4):
        knots = chance.rng.normal(0, chance.log_uniform(0.5, 7), (side // 4, side // 4)).astype(np.float32)
        picture += cv2.resize(knots, (side, side), interpolation=cv2.INTER_LINEAR)[..., None]
    if chance.happens(0.25):
        picture += field(side, chance.among(3, 23), -1, 1, chance)[..., None] * np.float32(chance.log_uniform(1, 14))
    if chance.happens(0.12):
        noise = chance.rng.standard_normal((side, side), np.float32)
        streaks = cv2.GaussianBlur(noise, (0, 0), sigmaX=chance.log_uniform(0.5, 8), sigmaY=chance.log_uniform(0.5, 8))
        picture += streaks[..., None] * np.float32(chance.log_uniform(5, 40))


def surroundings(picture: Picture, sheet: Sheet, chance: Chance) -> None:
    """The table beside the sheet, or things on it."""
    side = sheet.side
    covered = np.zeros((side, side), np.uint8)
    if chance.happens(0.5):
        _cut_off(covered, chance)
    else:
        for _ in range(chance.among(1, 3)):
            _shape(covered, chance)
    if chance.happens(0.5):
        covered = cv2.GaussianBlur(covered, (0, 0), chance.log_uniform(0.4, 4))
    table = np.full((side, side, 3), chance.rng.uniform(0, 255, 3), np.float32)
    for knots in (4, 16, 64):
        if knots < side and chance.happens(0.6):
            shape = (knots, max(2, int(knots * chance.uniform(0.2, 1))))
            table += cv2.resize(chance.rng.normal(0, chance.uniform(2, 30), shape).astype(np.float32), (side, side))[
                ..., None
            ]
    share = covered.astype(np.float32)[..., None] / 255
    picture += share * (np.clip(table, 0, 255) - picture)
    if sheet.glyphs:
        small = cv2.resize(covered, sheet.ignored.shape, interpolation=cv2.INTER_AREA)
        sheet.ignored[small > 20] |= NO_CENTRE


def _cut_off(covered: NDArray[np.uint8], chance: Chance) -> None:
    """Cover what lies beyond a straight edge."""
    side = covered.shape[0]
    angle, far = chance.uniform(0, 2 * np.pi), chance.uniform(0.28, 0.55) * side
    out = np.array([np.cos(angle), np.sin(angle)])
    along = np.array([-out[1], out[0]]) * 2 * side
    near, beyond = side / 2 + out * far, side / 2 + out * 3 * side
    cv2.fillPoly(
        covered, [np.stack([near - along, near + along, beyond + along, beyond - along]).astype(np.int32)], 255
    )


def _shape(covered: NDArray[np.uint8], chance: Chance) -> None:
    """Cover a random polygon or ellipse."""
    side, count = covered.shape[0], chance.among(3, 8)
    middle = chance.rng.uniform(-0.1, 1.1, 2) * side
    reach = chance.uniform(0.1, 0.45) * side * chance.rng.uniform(0.5, 1, count)
    if chance.happens(0.7):
        angles = np.sort(chance.rng.uniform(0, 2 * np.pi, count))
        corners = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
        cv2.fillPoly(covered, [corners.astype(np.int32)], 255, cv2.LINE_AA)
    else:
        axes = (int(reach[0]) + 1, int(reach[1] * chance.uniform(0.2, 1)) + 1)
        cv2.ellipse(covered, tuple(map(int, middle)), axes, chance.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)


def show_through(picture: Picture, bank: Bank, tone: Colour, chance: Chance) -> None:
    """Print on the other side of the paper, mirrored, blurred and pale."""
    from digitpad.training.pages import printing

    behind = Sheet(picture.shape[0])
    for _ in range(6):
        x, y = chance.rng.uniform(-0.2, 0.9, 2) * behind.side
        printing.text(behind, bank, chance.log_uniform(8, 40), x, y, chance)
    lay(
        picture,
        cv2.GaussianBlur(behind.printed[:, ::-1], (0, 0), chance.uniform(0.6, 2)),
        tone,
        chance.uniform(0.04, 0.22),
    )


def stains(picture: Picture, chance: Chance) -> None:
    """Blurred spots and folds."""
    side = picture.shape[0]
    for _ in range(chance.among(1, 3)):
        mark = np.zeros((side, side), np.uint8)
        begin, end = (tuple(map(int, chance.rng.uniform(0, side, 2))) for _ in range(2))
        if chance.happens(0.5):
            axes = tuple(int(v) + 1 for v in chance.rng.uniform(0.01, 0.25, 2) * side)
            cv2.ellipse(mark, begin, axes, chance.uniform(0, 180), 0, 360, 255, -1)
        else:
            cv2.line(mark, begin, end, 255, chance.among(1, 4))
        mark = cv2.GaussianBlur(mark, (0, 0), chance.log_uniform(0.8, 8))
        lay(picture, mark, chance.rng.uniform(0, 255, 3), chance.uniform(0.08, 0.5))


def specks(picture: Picture, tone: Colour, most: int, chance: Chance) -> None:
    """Dots of ink or dirt."""
    for _ in range(chance.among(1, most)):
        x, y = (int(v) for v in chance.rng.uniform(0, picture.shape[0], 2))
        cv2.circle(picture, (x, y), chance.among(1, 2), tone.tolist(), -1)
