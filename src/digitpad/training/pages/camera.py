"""The camera: light, shadow, blur, grain and compression. All functions take a picture, as in `paper.Picture`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.training.pages.chance import Chance
from digitpad.training.pages.hands import field
from digitpad.training.pages.paper import Picture


def photograph(picture: Picture, chance: Chance) -> NDArray[np.uint8]:
    """Photograph a page: uint8 (side, side, 3), RGB."""
    side = picture.shape[0]
    if chance.happens(0.75):
        picture = fall_off(picture, chance.log_uniform(0.05, 0.7), chance)
    if chance.happens(0.15):
        picture = vignette(picture, chance.uniform(0.1, 0.9))
    if chance.happens(0.35):
        for _ in range(chance.among(1, 2)):
            picture = shadow(picture, chance.uniform(0.08, 0.5), chance)
    if chance.happens(0.15):
        picture = (picture * chance.rng.uniform(0.8, 1.1, 3)).astype(np.float32)  # white balance
    if chance.happens(0.3 if side <= 96 else 0.14):
        picture = coarsen(picture, chance.log_uniform(1.3, 3.6), chance)
    match chance.kind(sharp=0.48, blurred=0.45, moved=0.07):
        case "blurred":
            picture = cv2.GaussianBlur(picture, (0, 0), chance.log_uniform(0.3, 1.6))
        case "moved":
            picture = move(picture, chance.among(3, 6), chance)
    if chance.happens(0.15):
        picture = sharpen(picture, chance.uniform(0.3, 1.5), chance)
    if chance.happens(0.75):
        picture = grain(picture, chance.log_uniform(0.6, 14), chance)
    levels = np.clip(picture, 0, 255)
    if chance.happens(0.2):
        levels = np.float32(255) * (levels / np.float32(255)) ** np.float32(chance.log_uniform(0.6, 1.6))  # gamma
    taken = levels.astype(np.uint8)
    return compress(taken, chance.among(18, 95)) if chance.happens(0.5) else taken


def fall_off(picture: Picture, amount: float, chance: Chance) -> Picture:
    """Light that falls by a share, to one side or unevenly."""
    side = picture.shape[0]
    if chance.happens(0.6):
        angle = chance.uniform(0, 2 * np.pi)
        y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
        light = 1 - amount * (0.5 + 0.9 * (x * np.cos(angle) + y * np.sin(angle)))
    else:
        light = field(side, chance.among(2, 4), 1 - amount, 1, chance)
    dimmed: Picture = picture * light.astype(np.float32)[..., None]
    return dimmed


def vignette(picture: Picture, amount: float) -> Picture:
    """Corners that are darker by a share."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32) / picture.shape[0] - 0.5
    darkened: Picture = picture * (1 - 1.6 * amount * (x * x + y * y)).astype(np.float32)[..., None]
    return darkened


def shadow(picture: Picture, amount: float, chance: Chance) -> Picture:
    """A shadow with straight edges, sharp or soft, that takes a share of the light."""
    side = picture.shape[0]
    mask = np.zeros((side, side), np.float32)
    corners = (chance.rng.uniform(-0.4, 1.4, (chance.among(3, 6), 2)) * side).astype(np.int32)
    cv2.fillPoly(mask, [cv2.convexHull(corners)], 1.0)
    mask = soften(mask, chance.log_uniform(0.6, 0.15 * side + 1))
    shaded: Picture = picture * (1 - amount * mask)[..., None]
    return shaded


def soften(mask: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Blur a mask; a wide blur is done on a smaller one, which is as good and much faster."""
    coarse = max(1, int(sigma / 3))
    size = (max(2, mask.shape[1] // coarse), max(2, mask.shape[0] // coarse))
    small = cv2.GaussianBlur(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / coarse)
    softened: NDArray[np.float32] = cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return softened


def coarsen(picture: Picture, factor: float, chance: Chance) -> Picture:
    """A picture that was made smaller by a factor, and enlarged again."""
    side = picture.shape[0]
    small = cv2.resize(picture, (int(side / factor), int(side / factor)), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_LINEAR if chance.happens(0.7) else cv2.INTER_NEAREST
    enlarged: Picture = cv2.resize(small, (side, side), interpolation=how)
    return enlarged


def move(picture: Picture, length: int, chance: Chance) -> Picture:
    """A camera that moved by about `length` px while it took the picture, half of it before and half after."""
    reach, angle = max(1, round(length / 2)), chance.uniform(0, np.pi)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    step = np.rint(reach * np.array([np.cos(angle), np.sin(angle)])).astype(int)
    cv2.line(kernel, tuple(map(int, reach - step)), tuple(map(int, reach + step)), 1.0)
    moved: Picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    return moved


def sharpen(picture: Picture, amount: float, chance: Chance) -> Picture:
    """Unsharp masking, as phones do."""
    sharpened: Picture = picture + amount * (picture - cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.7, 2)))
    return sharpened


def grain(picture: Picture, sigma: float, chance: Chance) -> Picture:
    """Noise of some levels, grey or coloured, of single pixels or coarser."""
    side = picture.shape[0]
    noise = chance.rng.standard_normal((side, side, 1 if chance.happens(0.6) else 3), np.float32)
    if chance.happens(0.4):
        noise = 2 * cv2.GaussianBlur(noise, (0, 0), chance.uniform(0.5, 1.2)).reshape(side, side, -1)
    grainy: Picture = picture + np.float32(sigma) * noise
    return grainy


def compress(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """JPEG of some quality, 0 to 100, and back."""
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
